import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { isDialogOpen } from "../../ui/page-state";
import { belongsToElement, commandOf, type Command } from "./keys";
import type { Place, Viewer } from "./viewer";

/** Runs the commands of keys that are pressed in the view, or while nothing has the focus. */
export function useKeys(root: RefObject<HTMLElement | null>, viewer: Viewer, run: (command: Command) => void): void {
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isDialogOpen()) return;
      const { target } = event;
      if (!(target instanceof Node) || !root.current || !isNear(target, root.current)) return;
      if (belongsToElement(target, event.key)) return;
      const command = commandOf(event, viewer.place.peek() === "grid");
      if (!command) return;
      event.preventDefault();
      // a key that is held down moves on, and does everything else once
      if (event.repeat && !event.key.startsWith("Arrow")) return;
      run(command);
    };
    // a removed element loses the focus without an event, and then the keys keep their meaning
    const focus = (event: FocusEvent) => {
      viewer.place.value = placeOf(event.target);
    };
    addEventListener("keydown", press);
    document.addEventListener("focusin", focus);
    return () => {
      removeEventListener("keydown", press);
      document.removeEventListener("focusin", focus);
    };
  });
}

/** The focus is in the main part of the page, such as on the heading of a video just opened, or around it. */
function isNear(target: Node, root: Node): boolean {
  const main = root.parentElement?.closest("main") ?? root;
  return main.contains(target) || target.contains(root);
}

function placeOf(target: EventTarget | null): Place {
  if (!(target instanceof Element)) return "other";
  if (target.closest(".frame-grid")) return "grid";
  return target.closest(".darkroom") ? "stage" : "other";
}
