import { Download, X } from "lucide";
import { useRef } from "preact/hooks";
import { formatBytes } from "../../i18n/format";
import { Button } from "../../ui/button";
import { ProgressBar } from "../../ui/progress-bar";
import { useFocusKept } from "../sending/focus";
import { cellAt } from "./frame-cell";
import { t } from "./messages";
import type { Saving } from "./saving";
import "./selection-bar.css";
import type { Viewer } from "./viewer";

interface SelectionBarProps {
  viewer: Viewer;
  saving: Saving;
  onDownload: () => void;
}

/** The selection and its download. It stays at the bottom of the screen. */
export function SelectionBar({ viewer, saving, onDownload }: SelectionBarProps) {
  const bar = useRef<HTMLElement>(null);
  useFocusKept(bar);
  const { positions, bytes } = viewer.selection.value;
  // a single frame is saved before a bar could be read
  const progress = (saving.progress.value?.total ?? 0) > 1 ? saving.progress.value : undefined;
  if (positions.size === 0 && !progress) return null;
  return (
    <section class="selection-bar" ref={bar} aria-label={t("selection")}>
      {progress ? (
        <>
          <div class="selection-bar-progress">
            <p class="numeric">{t("saving", { ...progress })}</p>
            <ProgressBar label={t("download")} value={progress.done / progress.total} />
          </div>
          <Button onClick={() => saving.cancel()}>{t("cancel")}</Button>
        </>
      ) : (
        <>
          <p class="selection-bar-text numeric">
            {t("selected", { count: positions.size })} · {formatBytes(bytes)}
          </p>
          <Button
            kind="quiet"
            icon={X}
            onClick={() => {
              viewer.selectNone();
              // the bar goes away
              cellAt(viewer.current.peek())?.focus({ preventScroll: true });
            }}
          >
            {t("clear")}
          </Button>
          <Button kind="primary" icon={Download} onClick={onDownload}>
            {t("download")}
          </Button>
        </>
      )}
    </section>
  );
}
