import { useEffect } from "preact/hooks";
import { isDialogOpen, isTextField } from "../../ui/page-state";

/** Calls `undo`, which returns whether it did something, for Ctrl+Z, or ⌘Z, outside of text fields and dialogs. */
export function useUndoKey(undo: () => boolean): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      if (isTextField(event.target) || isDialogOpen()) return;
      // or the browser would undo something, too: Safari reopens a closed tab
      if (undo()) event.preventDefault();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [undo]);
}
