import { Copy } from "lucide";
import { useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { TextField } from "../../ui/text-field";
import { t } from "./messages";
import "./secret-dialog.css";

/** Shows the webhook's new secret, which no later answer contains. So only its button closes the dialog. */
export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  const [note, setNote] = useState<"copied" | "copy_failed">();

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret);
      setNote("copied");
    } catch {
      setNote("copy_failed");
    }
  };

  return (
    <Dialog
      title={t("secret_title")}
      footer={
        <>
          <Button icon={Copy} onClick={() => void copy()}>
            {t("copy")}
          </Button>
          <Button kind="primary" onClick={onClose}>
            {t("done")}
          </Button>
        </>
      }
    >
      <div class="secret-dialog-content">
        <p>{t("secret_text")}</p>
        <TextField
          label={t("secret")}
          class="secret-dialog-secret"
          readOnly
          spellcheck={false}
          value={secret}
          onFocus={(event) => event.currentTarget.select()}
        />
        <p class="secret-dialog-note" role="status">
          {note && t(note)}
        </p>
      </div>
    </Dialog>
  );
}
