import { TriangleAlert } from "lucide";
import { failureText } from "../../i18n/errors";
import { formatBytes, formatDate, formatRelative } from "../../i18n/format";
import { Icon } from "../../ui/icon";
import { chosenOptionWords } from "../video/option-words";
import "./card-facts.css";
import type { LibraryVideo } from "./merge";
import { t } from "./messages";

/** Three lines below the status: what came of the video, the options, and until when it stays. */
export function CardFacts({ video, onWarnings }: { readonly video: LibraryVideo; readonly onWarnings: () => void }) {
  const { error, warnings, extraction } = video;
  if (error) {
    const { reason, advice } = failureText(error);
    return (
      <div class="card-facts">
        <p class="card-facts-reason" title={`${reason} ${advice}`}>
          {reason} <span class="card-facts-advice">{advice}</span>
        </p>
      </div>
    );
  }
  const options = chosenOptionWords(extraction).join(" · ");
  return (
    <div class="card-facts">
      <p class="card-facts-line">{resultInWords(video)}</p>
      <p class="card-facts-line" title={options}>
        {options.charAt(0).toLocaleUpperCase() + options.slice(1)}
      </p>
      <p class="card-facts-line">
        <Expiry video={video} />
        {warnings && warnings.length > 0 && (
          <button type="button" class="card-facts-warnings" onClick={onWarnings}>
            <Icon of={TriangleAlert} size={14} />
            {t("warnings", { count: warnings.length })}
          </button>
        )}
      </p>
    </div>
  );
}

/** The day on which the video is removed. */
export function Expiry({ video: { expiresAt } }: { readonly video: LibraryVideo }) {
  if (!expiresAt) return null;
  return (
    <span class="card-facts-expiry" title={formatDate(expiresAt)}>
      {t("expires", { when: formatRelative(expiresAt) })}
    </span>
  );
}

function resultInWords({ result, bytes, createdAt }: LibraryVideo): string {
  const parts = result
    ? [t("frames", { count: result.frames }), formatBytes(result.bytes)]
    : [formatBytes(bytes)];
  return [...parts, formatRelative(createdAt)].join(" · ");
}
