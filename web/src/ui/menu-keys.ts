const GAP = 4;
const EDGE = 8;

/** Returns the item of a menu that a key goes to: by arrows, Home, End or the first letter. */
export function nextItem(list: HTMLElement, key: string): HTMLElement | undefined {
  const items = Array.from(list.querySelectorAll<HTMLElement>("[role^='menuitem']"));
  const at = items.findIndex((item) => item === document.activeElement);
  switch (key) {
    case "ArrowDown":
      return items[(at + 1) % items.length];
    case "ArrowUp":
      return items.at(at <= 0 ? -1 : at - 1);
    case "Home":
      return items[0];
    case "End":
      return items.at(-1);
    default: {
      if (key.length !== 1 || key === " ") return undefined;
      const fromHere = [...items.slice(at + 1), ...items.slice(0, at + 1)];
      return fromHere.find((item) => item.textContent?.trim().toLowerCase().startsWith(key.toLowerCase()));
    }
  }
}

/** Places a popover below a control, or above it where there is more room, inside the window. */
export function placeBelow(popover: HTMLElement, control: HTMLElement): void {
  const box = control.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const below = box.bottom + GAP;
  const above = box.top - GAP - height;
  const top = below + height + EDGE <= innerHeight || above < EDGE ? below : above;
  // the ends of both are in line, because menus are mostly at the end of a row
  const left = Math.max(EDGE, Math.min(box.right - width, innerWidth - width - EDGE));
  popover.style.left = `${left}px`;
  popover.style.top = `${top}px`;
}
