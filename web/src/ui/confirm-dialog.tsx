import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { problemText } from "../i18n/errors";
import { Banner } from "./banner";
import { Button } from "./button";
import "./confirm-dialog.css";
import { Dialog } from "./dialog";

interface ConfirmDialogProps {
  title: string;
  children: ComponentChildren;
  /** The verb of the action, such as "Delete". */
  confirm: string;
  cancel: string;
  /** The dialog stays open while the action runs, and shows its error. */
  onConfirm: () => Promise<void>;
  onClose: () => void;
}

/** Asks before something that cannot be undone. */
export function ConfirmDialog({ title, children, confirm, cancel, onConfirm, onClose }: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();

  const run = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };

  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{cancel}</Button>
          <Button kind="danger" busy={busy} onClick={() => void run()}>
            {confirm}
          </Button>
        </>
      }
    >
      <div class="confirm-dialog-content">
        {children}
        {error !== undefined && <Banner kind="error">{problemText(error)}</Banner>}
      </div>
    </Dialog>
  );
}
