import { TriangleAlert } from "lucide";
import type { Warning } from "../../api/types";
import { formatTimecode } from "../../i18n/format";
import { Icon } from "../../ui/icon";
import { t } from "./messages";
import { nearestFrame } from "./time-axis";
import type { Viewer } from "./viewer";
import "./warning-list.css";

/** The warnings of the extraction. One with a time leads to the frame that is nearest to it. */
export function WarningList({ viewer, warnings }: { viewer: Viewer; warnings: readonly Warning[] }) {
  if (warnings.length === 0) return null;
  return (
    <section class="warning-list">
      <h2 class="warning-list-title">
        <Icon of={TriangleAlert} size={16} />
        {t("warnings", { count: warnings.length })}
      </h2>
      <ul class="warning-list-items">
        {warnings.map(({ message, time }, index) => (
          <li key={index}>
            {time !== undefined && (
              <button
                type="button"
                class="warning-list-time numeric"
                onClick={() => viewer.moveTo(nearestFrame(viewer.frames, time))}
              >
                {formatTimecode(time)}
              </button>
            )}
            {message}
          </li>
        ))}
      </ul>
    </section>
  );
}
