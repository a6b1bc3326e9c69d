import { CircleCheck, Circle, Copy, Download, Keyboard, Maximize, Minimize } from "lucide";
import { formatTimecode } from "../../i18n/format";
import { IconButton } from "../../ui/button";
import type { Command } from "./keys";
import { t } from "./messages";
import "./readout.css";
import type { Viewer } from "./viewer";

interface ReadoutProps {
  viewer: Viewer;
  run: (command: Command) => void;
  onDownload: () => void;
}

/** The time and the index of the frame on the stage, and what can be done with it. */
export function Readout({ viewer, run, onDownload }: ReadoutProps) {
  const position = viewer.current.value;
  const chosen = viewer.selection.value.positions.has(position);
  const zoomed = viewer.zoomed.value;
  return (
    <div class="readout">
      <p class="readout-time">{formatTimecode(viewer.frame.value.time)}</p>
      <p class="readout-index numeric">{t("position", { position: position + 1, total: viewer.frames.length })}</p>
      <div class="readout-actions">
        <IconButton icon={Copy} label={t("copyTime")} onClick={() => run({ do: "copyTime" })} />
        <IconButton
          icon={chosen ? CircleCheck : Circle}
          label={t(chosen ? "unselect" : "select")}
          aria-pressed={chosen}
          onClick={() => run({ do: "select" })}
        />
        <IconButton
          icon={zoomed ? Minimize : Maximize}
          label={t(zoomed ? "zoomOut" : "zoomIn")}
          onClick={() => run({ do: "zoom" })}
        />
        <IconButton icon={Download} label={t("downloadFrame")} onClick={onDownload} />
        <IconButton icon={Keyboard} label={t("showKeys")} class="readout-keys" onClick={() => run({ do: "showKeys" })} />
      </div>
    </div>
  );
}
