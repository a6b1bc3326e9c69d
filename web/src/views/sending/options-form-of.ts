import type { ExtractionOptions, TilesOptions } from "../../api/types";
import { DEFAULT_FORM, type Choice, type OptionsForm, type TilesForm } from "./options";

/** Returns the form for the options of a video, so that they can be changed and asked for again. */
export function formOf(extraction: ExtractionOptions): OptionsForm {
  const text = (value: number | string | null | undefined, other: string) =>
    value === null || value === undefined ? other : String(value);
  const { every, fps, count, at, scenes } = extraction;
  return {
    choice: choiceOf(extraction),
    interval: text(every ?? fps, DEFAULT_FORM.interval),
    unit: isGiven(fps) ? "fps" : "seconds",
    count: text(count, DEFAULT_FORM.count),
    at: (at ?? []).join(", "),
    scenes: text(scenes, DEFAULT_FORM.scenes),
    from: text(extraction.from, ""),
    to: text(extraction.to, ""),
    width: text(extraction.width, ""),
    height: text(extraction.height, ""),
    fit: extraction.fit ?? DEFAULT_FORM.fit,
    format: extraction.format ?? DEFAULT_FORM.format,
    quality: text(extraction.quality, DEFAULT_FORM.quality),
    skipBlank: extraction.skipBlank ?? false,
    sheet: tilesOf(extraction.sheet, DEFAULT_FORM.sheet),
    storyboard: tilesOf(extraction.storyboard, DEFAULT_FORM.storyboard),
  };
}

/** Returns the way in which these options choose frames. */
export function choiceOf({ every, fps, count, at, keyframes, scenes }: ExtractionOptions): Choice {
  if (isGiven(every) || isGiven(fps)) return "every";
  if (isGiven(count)) return "count";
  if (isGiven(at)) return "at";
  if (isGiven(scenes)) return "scenes";
  return keyframes === true ? "keyframes" : "auto";
}

function isGiven(value: unknown): boolean {
  return value !== null && value !== undefined;
}

function tilesOf(tiles: TilesOptions | null | undefined, other: TilesForm): TilesForm {
  if (!tiles) return other;
  return {
    wanted: true,
    columns: String(tiles.columns ?? other.columns),
    rows: String(tiles.rows ?? other.rows),
    width: String(tiles.width ?? other.width),
  };
}
