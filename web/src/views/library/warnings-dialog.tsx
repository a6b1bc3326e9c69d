import { formatTimecode } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import type { LibraryVideo } from "./merge";
import { t } from "./messages";
import "./warnings-dialog.css";

/** The warnings of a video with their times. */
export function WarningsDialog({ video, onClose }: { readonly video: LibraryVideo; readonly onClose: () => void }) {
  return (
    <Dialog
      title={t("warnings_title", { name: video.fileName })}
      onClose={onClose}
      footer={<Button onClick={onClose}>{t("close")}</Button>}
    >
      <p class="warnings-dialog-hint">{t("warnings_hint")}</p>
      <ul class="warnings-dialog-list">
        {(video.warnings ?? []).map(({ message, time }, index) => (
          <li key={index}>
            {time !== undefined && <span class="warnings-dialog-time numeric">{formatTimecode(time)}</span>}
            {message}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
