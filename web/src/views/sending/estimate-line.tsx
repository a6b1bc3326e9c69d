import { formatBytes } from "../../i18n/format";
import { Banner } from "../../ui/banner";
import { estimateAll, type Estimate, type EstimatedVideo } from "./estimate-all";
import { roundEstimate } from "./estimate-bytes";
import "./estimate-line.css";
import { listNames } from "./list-names";
import { t } from "./messages";
import type { OptionsForm, ReadForm } from "./options";
import { isPreset, type Rates } from "./presets";

interface EstimateProps {
  readonly form: OptionsForm;
  readonly read: ReadForm;
  readonly videos: readonly EstimatedVideo[];
  readonly rates: Rates;
  /** Whether some of the videos are still being read. */
  readonly isReading: boolean;
}

/** About how many frames and bytes the options give, and what the server would refuse. */
export function EstimateLine({ form, read, videos, rates, isReading }: EstimateProps) {
  const estimate = estimateAll(form, videos);
  return (
    <div class="estimate-line">
      <p class="estimate-line-text">{estimateText(form, read, estimate, isReading)}</p>
      {read.extraction && isPreset("everything", form, rates) && (
        <p class="estimate-line-note">{t("everything_limit", { rate: form.interval })}</p>
      )}
      {read.extraction && estimate.tooMany.length > 0 && (
        <Banner kind="warning">{t("too_many", { names: listNames(estimate.tooMany) })}</Banner>
      )}
      {read.extraction && estimate.empty.length > 0 && (
        <Banner kind="warning">{t("no_frames", { names: listNames(estimate.empty) })}</Banner>
      )}
    </div>
  );
}

function estimateText(form: OptionsForm, read: ReadForm, estimate: Estimate, isReading: boolean): string {
  if (form.choice === "at" && form.at.trim() === "") return t("name_times");
  if (!read.extraction) return t("check_options");
  if (form.choice === "scenes") return t("depends_scenes");
  if (form.choice === "keyframes") return t("depends_keyframes");
  if (estimate.frames === 0 && estimate.uncounted > 0) return t(isReading ? "looking" : "depends_length");
  const parts = [t(estimate.isMost ? "frames_most" : "frames", { count: estimate.frames })];
  const size = formatBytes(roundEstimate(estimate.bytes));
  if (estimate.bytes > 0 && estimate.unmeasured === 0) parts.push(t("size", { size }));
  else if (estimate.bytes > 0) parts.push(t("size_part", { size, count: estimate.unmeasured }));
  else parts.push(t("size_unknown"));
  if (estimate.uncounted > 0) parts.push(t("plus_unknown", { count: estimate.uncounted }));
  return parts.join(" · ");
}
