import { useEffect } from "preact/hooks";
import { isDialogOpen, isTextField } from "../../ui/page-state";

/** Calls `undo` for Ctrl+Z, or ⌘Z, outside of text fields and dialogs. */
export function useUndoKey(undo: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      if (isTextField(event.target) || isDialogOpen()) return;
      undo();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [undo]);
}
