/** The effect of a key in the viewer. */
export type Command =
  | { do: "move"; by: number }
  | { do: "first" }
  | { do: "last" }
  | { do: "row"; by: 1 | -1 }
  | { do: "select" }
  | { do: "selectRange" }
  | { do: "selectAll" }
  | { do: "switchPlace" }
  | { do: "download" }
  | { do: "copyTime" }
  | { do: "zoom" }
  | { do: "back" }
  | { do: "showKeys" };

/** The parts of a keyboard event that decide. */
export type KeyPress = Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

const LETTERS: Record<string, Command> = {
  d: { do: "download" },
  c: { do: "copyTime" },
  z: { do: "zoom" },
};

/** Returns the command of a key. `inGrid` is whether the focus is on a frame of the grid. */
export function commandOf({ key, shiftKey, ctrlKey, metaKey, altKey }: KeyPress, inGrid: boolean): Command | undefined {
  if (altKey) return undefined;
  if (ctrlKey || metaKey) return inGrid && key.toLowerCase() === "a" ? { do: "selectAll" } : undefined;
  switch (key) {
    case "ArrowLeft":
      return { do: "move", by: shiftKey ? -10 : -1 };
    case "ArrowRight":
      return { do: "move", by: shiftKey ? 10 : 1 };
    case "ArrowUp":
      return inGrid ? { do: "row", by: -1 } : undefined;
    case "ArrowDown":
      return inGrid ? { do: "row", by: 1 } : undefined;
    case "Home":
      return { do: "first" };
    case "End":
      return { do: "last" };
    case " ":
      return { do: shiftKey ? "selectRange" : "select" };
    case "Enter":
      return { do: "switchPlace" };
    case "Escape":
      return { do: "back" };
    case "?":
      return { do: "showKeys" };
    default:
      return shiftKey ? undefined : LETTERS[key.toLowerCase()];
  }
}

const TYPING = "input, textarea, select, [contenteditable], dialog, [role=dialog], [role=menu]";
const PRESSED_BY_KEYS = "button, a, summary, [role=button]";

/** Returns whether a key belongs to the element that has the focus and not to the viewer. */
export function belongsToElement(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest(TYPING)) return true;
  return (key === " " || key === "Enter") && target.closest(PRESSED_BY_KEYS) !== null;
}
