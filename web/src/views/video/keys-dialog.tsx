import { Dialog } from "../../ui/dialog";
import "./keys-dialog.css";
import { keyTexts } from "./keys-messages";

/** The list of keys. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const space = keyTexts("space");
  const rows: { keys: string[][]; does: string }[] = [
    { keys: [["←"], ["→"]], does: keyTexts("move") },
    { keys: [["Shift", "←"], ["Shift", "→"]], does: keyTexts("moveTen") },
    { keys: [["↑"], ["↓"]], does: keyTexts("rows") },
    { keys: [["Home"], ["End"]], does: keyTexts("ends") },
    { keys: [[space]], does: keyTexts("select") },
    { keys: [["Shift", space], ["Shift", keyTexts("click")]], does: keyTexts("range") },
    { keys: [["Ctrl", "A"]], does: keyTexts("all") },
    { keys: [["Enter"]], does: keyTexts("place") },
    { keys: [["D"]], does: keyTexts("download") },
    { keys: [["C"]], does: keyTexts("copy") },
    { keys: [["Z"]], does: keyTexts("zoom") },
    { keys: [["Esc"]], does: keyTexts("back") },
    { keys: [["?"]], does: keyTexts("keys") },
  ];
  return (
    <Dialog title={keyTexts("title")} onClose={onClose}>
      <dl class="keys-dialog">
        {rows.map(({ keys, does }) => (
          <div key={does} class="keys-dialog-row">
            <dt>
              {keys.map((combination, index) => (
                <span key={index} class="keys-dialog-keys">
                  {index > 0 && <span class="visually-hidden">{keyTexts("or")}</span>}
                  {combination.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </span>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
