import type { Format } from "../../api/types";
import { hasBothSides, type OptionsForm } from "./options";

/** The sizes of a video's frames after the browser compressed them. */
export interface FrameMeasure {
  /** The size of the video's pictures. */
  readonly width: number;
  readonly height: number;
  /** The pixels of the pictures that were compressed. */
  readonly pixels: number;
  /** The mean bytes of a JPEG of quality 85. */
  readonly jpeg: number;
  /** The bytes of a WebP of quality 85 and of a PNG, where the browser writes them. */
  readonly webp?: number | undefined;
  readonly png?: number | undefined;
}

/** How JPEG grows with its quality, relative to 85: measured on photographs, interpolated between. */
const GROWTH: readonly (readonly [quality: number, factor: number])[] = [
  [1, 0.1], [25, 0.31], [50, 0.48], [75, 0.73], [85, 1], [90, 1.3], [95, 1.95], [100, 4.2],
];

/** A WebP of the same quality number, and a PNG, relative to the JPEG, where they were not measured. */
export const USUAL: Record<Format, number> = { jpeg: 1, webp: 0.65, png: 9 };

/** Larger pictures have less detail in a pixel, so bytes grow a little slower than pixels. PNG grows with them. */
const DETAIL: Record<Format, number> = { jpeg: 0.85, webp: 0.85, png: 0.95 };

/** Returns about how many bytes a zip with this many frames will have. */
export function estimateBytes(form: OptionsForm, measure: FrameMeasure, frames: number): number {
  const pixels = imagePixels(form, measure);
  // the poster is a copy of a frame, and each entry of the zip has headers
  let bytes = imageBytes(form, measure, pixels) * (frames + (frames > 0 ? 1 : 0)) + frames * 250;
  const aspect = measure.height / measure.width;
  if (form.storyboard.wanted) bytes += tileBytes(form, measure, form.storyboard.width, aspect) * frames;
  if (form.sheet.wanted) {
    const tiles = Math.min(frames, Number(form.sheet.columns) * Number(form.sheet.rows) || 0);
    bytes += tileBytes(form, measure, form.sheet.width, aspect) * tiles;
  }
  return bytes;
}

function tileBytes(form: OptionsForm, measure: FrameMeasure, width: string, aspect: number): number {
  const pixels = Math.min((Number(width) || 0) ** 2 * aspect, measure.width * measure.height);
  return imageBytes(form, measure, pixels);
}

function imageBytes(form: OptionsForm, measure: FrameMeasure, pixels: number): number {
  const base = measure[form.format] ?? measure.jpeg * USUAL[form.format];
  const growth = form.format === "png" ? 1 : qualityFactor(Number(form.quality));
  return base * growth * (pixels / measure.pixels) ** DETAIL[form.format];
}

/** Returns the pixels of an image of the chosen size. Images are never enlarged. */
export function imagePixels(form: OptionsForm, { width, height }: { width: number; height: number }): number {
  const most = { width: Number(form.width) || Infinity, height: Number(form.height) || Infinity };
  if (hasBothSides(form) && form.fit !== "inside") {
    return Math.min(most.width, width) * Math.min(most.height, height);
  }
  const scale = Math.min(1, most.width / width, most.height / height);
  return width * height * scale * scale;
}

/** Returns the size of a JPEG of this quality relative to one of quality 85. */
export function qualityFactor(quality: number): number {
  const above = GROWTH.find(([other]) => other >= quality) ?? [100, 4.2];
  const below = GROWTH.findLast(([other]) => other <= quality) ?? [1, 0.1];
  if (above[0] === below[0]) return above[1];
  const share = (quality - below[0]) / (above[0] - below[0]);
  return below[1] + share * (above[1] - below[1]);
}

/** Rounds an estimate to two digits, because more would claim what is not known. */
export function roundEstimate(value: number): number {
  if (value <= 0) return 0;
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.round(value / unit) * unit;
}
