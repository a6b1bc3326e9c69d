import { DEFAULT_FORM, type OptionsForm } from "./options";

/** The names of the presets, in the order of their chips. */
export const PRESETS = ["second", "scenes", "sheet", "photogrammetry", "everything"] as const;
/** The name of a preset. */
export type Preset = (typeof PRESETS)[number];

/** The rate that is assumed of a video whose own is not known: the highest that is common. */
export const ASSUMED_RATE = 60;

/**
 * Returns the rate that chooses every frame of all these videos. It is a quarter above the highest of theirs,
 * because containers round the times of frames, and a time just before a frame would miss it. A frame that several
 * times choose is extracted once, so a higher rate adds no images.
 */
export function everythingRate(rates: Rates): string {
  const highest = Math.max(...rates.map((rate) => rate ?? ASSUMED_RATE), 0) || ASSUMED_RATE;
  return String(Math.min(1000, Math.ceil(highest * 1.25)));
}

/** The frames in a second of each video, where they are known. */
export type Rates = readonly (number | undefined)[];

/** Returns the form of a preset. The range stays, because it belongs to the video. */
export function presetForm(preset: Preset, form: OptionsForm, rates: Rates): OptionsForm {
  const base: OptionsForm = { ...DEFAULT_FORM, from: form.from, to: form.to, at: form.at };
  switch (preset) {
    case "second":
      return { ...base, choice: "every", interval: "1" };
    case "scenes":
      return { ...base, choice: "scenes" };
    case "sheet":
      return { ...base, choice: "count", count: "20", width: "640", sheet: { ...base.sheet, wanted: true } };
    case "photogrammetry":
      return { ...base, choice: "every", interval: "0.5", quality: "95", skipBlank: true };
    case "everything":
      return { ...base, choice: "every", unit: "fps", interval: everythingRate(rates) };
  }
}

/** Whether the form is what the preset would make of it. Fields that do not apply are not compared. */
export function isPreset(preset: Preset, form: OptionsForm, rates: Rates): boolean {
  const wanted = presetForm(preset, form, rates);
  const { sheet, storyboard } = form;
  return (
    form.choice === wanted.choice &&
    (form.choice !== "every" || hasInterval(preset, form, wanted)) &&
    (form.choice !== "count" || form.count.trim() === wanted.count) &&
    (form.choice !== "scenes" || form.scenes.trim() === wanted.scenes) &&
    form.width.trim() === wanted.width &&
    form.height.trim() === wanted.height &&
    form.format === wanted.format &&
    form.quality.trim() === wanted.quality &&
    form.skipBlank === wanted.skipBlank &&
    sheet.wanted === wanted.sheet.wanted &&
    storyboard.wanted === wanted.storyboard.wanted
  );
}

function hasInterval(preset: Preset, form: OptionsForm, wanted: OptionsForm): boolean {
  if (form.unit !== wanted.unit) return false;
  // a higher rate chooses every frame, too; the rates may have become known after the choice
  if (preset === "everything") return Number(form.interval) >= Number(wanted.interval);
  return form.interval.trim() === wanted.interval;
}
