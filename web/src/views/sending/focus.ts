import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** Moves the focus out of a list item that is about to go away: to the next one, the one before, or elsewhere. */
export function focusNeighbour(item: Element | null | undefined, control: string, otherwise: string): void {
  if (!item?.contains(document.activeElement)) return;
  const neighbour = item.nextElementSibling ?? item.previousElementSibling;
  const target = neighbour?.querySelector<HTMLElement>(control) ?? document.querySelector<HTMLElement>(otherwise);
  target?.focus({ preventScroll: true });
}

/** Keeps the focus within an element whose controls change: if the focused one goes away, the first one gets it. */
export function useFocusKept(element: RefObject<HTMLElement | null>): void {
  // read before the change, since afterwards the body has the focus
  const hadFocus = element.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    if (!hadFocus || element.current?.contains(document.activeElement)) return;
    element.current?.querySelector<HTMLElement>("button")?.focus();
  });
}
