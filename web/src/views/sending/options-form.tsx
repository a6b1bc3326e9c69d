import { ChevronDown, ChevronUp } from "lucide";
import { useId, useState } from "preact/hooks";
import { formatNumber } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Chip } from "../../ui/chip";
import { Segmented } from "../../ui/segmented";
import { SelectField } from "../../ui/select-field";
import { TextField } from "../../ui/text-field";
import { MoreOptions } from "./more-options";
import { DEFAULT_FORM, type Choice, type Field, type OptionsForm, type ReadForm } from "./options";
import "./options-form.css";
import { t } from "./options-messages";
import { isPreset, presetForm, PRESETS, type Rates } from "./presets";

/** The properties of every part of the options: the form, its problems, and the function that changes it. */
export interface OptionsProps {
  readonly form: OptionsForm;
  readonly read: ReadForm;
  readonly change: (changes: Partial<OptionsForm>) => void;
}

/** Returns the words for what is wrong with a field. */
export function problemOf(read: ReadForm, field: Field): string | undefined {
  const problem = read.problems.get(field);
  return problem && t(`problem_${problem}`);
}

/** The extraction options: presets, the choice of frames with its input, the range, and the rest under "More". */
export function OptionsFields({ form, read, change, rates }: OptionsProps & { readonly rates: Rates }) {
  const id = useId();
  const [open, setOpen] = useState(() => hasMore(form));
  // a problem that is out of sight could not be put right
  const isOpen = open || [...read.problems.keys()].some((field) => !IN_SIGHT.has(field));
  return (
    <div class="options-form">
      <div class="options-form-presets" role="group" aria-label={t("presets")}>
        {PRESETS.map((preset) => (
          <Chip
            key={preset}
            pressed={isPreset(preset, form, rates)}
            onClick={() => change(presetForm(preset, form, rates))}
          >
            {t(`preset_${preset}`)}
          </Chip>
        ))}
      </div>
      <Segmented
        label={t("frames")}
        options={CHOICE_ORDER.map((value) => ({ value, label: t(value) }))}
        value={form.choice}
        onChange={(choice) => change({ choice })}
      />
      <div class="options-form-choice">
        <ChoiceInput form={form} read={read} change={change} />
      </div>
      <div class="options-form-range" role="group" aria-label={t("range")}>
        {(["from", "to"] as const).map((side) => (
          <TextField
            key={side}
            label={t(side)}
            placeholder={t(`${side}_placeholder`)}
            autocomplete="off"
            value={form[side]}
            error={problemOf(read, side)}
            onInput={(event) => change({ [side]: event.currentTarget.value })}
          />
        ))}
        <p class="options-form-hint">{t("range_hint")}</p>
      </div>
      <div>
        <Button
          kind="quiet"
          class="button-flush"
          icon={isOpen ? ChevronUp : ChevronDown}
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setOpen(!isOpen)}
        >
          {t(isOpen ? "fewer" : "more")}
        </Button>
      </div>
      <div id={id} hidden={!isOpen}>
        {isOpen && <MoreOptions form={form} read={read} change={change} />}
      </div>
    </div>
  );
}

const CHOICE_ORDER: readonly Choice[] = ["every", "count", "at", "scenes", "keyframes", "auto"];
const IN_SIGHT: ReadonlySet<Field> = new Set<Field>(["interval", "count", "at", "scenes", "from", "to"]);

function hasMore(form: OptionsForm): boolean {
  const { width, height, format, quality, skipBlank, sheet, storyboard } = form;
  const isPlain = width === "" && height === "" && format === DEFAULT_FORM.format && quality === DEFAULT_FORM.quality;
  return !isPlain || skipBlank || sheet.wanted || storyboard.wanted;
}

function ChoiceInput({ form, read, change }: OptionsProps) {
  switch (form.choice) {
    case "auto":
      return <p class="options-form-hint">{t("auto_hint")}</p>;
    case "keyframes":
      return <p class="options-form-hint">{t("keyframes_hint")}</p>;
    case "every":
      return <IntervalInput form={form} read={read} change={change} />;
    case "count":
      return (
        <TextField
          label={t("count_label")}
          hint={t("count_hint")}
          inputMode="numeric"
          autocomplete="off"
          value={form.count}
          error={problemOf(read, "count")}
          onInput={(event) => change({ count: event.currentTarget.value })}
        />
      );
    case "at":
      return (
        <TextField
          class="options-form-times"
          label={t("at_label")}
          hint={t("at_hint")}
          autocomplete="off"
          value={form.at}
          error={form.at === "" ? undefined : problemOf(read, "at")}
          onInput={(event) => change({ at: event.currentTarget.value })}
        />
      );
    case "scenes":
      return <ScenesInput form={form} read={read} change={change} />;
  }
}

function IntervalInput({ form, read, change }: OptionsProps) {
  return (
    <>
      <TextField
        label={t(form.unit === "fps" ? "rate" : "interval")}
        inputMode="decimal"
        autocomplete="off"
        value={form.interval}
        error={problemOf(read, "interval")}
        onInput={(event) => change({ interval: event.currentTarget.value })}
      />
      <SelectField
        label={t("unit")}
        options={(["seconds", "fps"] as const).map((value) => ({ value, label: t(value) }))}
        value={form.unit}
        onChange={(unit) => change({ unit })}
      />
    </>
  );
}

function ScenesInput({ form, change }: OptionsProps) {
  const id = useId();
  return (
    <div class="options-form-scenes">
      <label class="options-form-label" for={id}>
        {t("scenes_label", { value: formatNumber(Number(form.scenes)) })}
      </label>
      <input
        id={id}
        class="options-form-slider"
        type="range"
        min="0.01"
        max="1"
        step="0.01"
        value={form.scenes}
        aria-describedby={`${id}-hint`}
        onInput={(event) => change({ scenes: event.currentTarget.value })}
      />
      <p class="options-form-hint" id={`${id}-hint`}>
        {t("scenes_hint")}
      </p>
    </div>
  );
}
