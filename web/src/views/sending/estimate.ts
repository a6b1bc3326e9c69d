import { compare, inverse, minus, stepsWithin, toNumber, whole, ZERO, type Fraction } from "./fraction";
import { intervalOf, splitTimes, type OptionsForm } from "./options";
import { lengthOf, parsePlace, secondsAt } from "./position";

/** The largest number of chosen times that the server accepts for a video. */
export const MOST_FRAMES = 50_000;

/** The known facts about a video before it is sent. */
export interface KnownVideo {
  readonly seconds?: number | undefined;
  readonly frameRate?: number | undefined;
}

/**
 * The number of frames that a form chooses. `targets` counts the chosen times, which the server limits; `frames`
 * is smaller if several times choose one frame. `isMost` says that fewer may come.
 */
export interface FrameCount {
  readonly targets: number;
  readonly frames: number;
  readonly isMost: boolean;
}

/**
 * Returns how many frames a form chooses in a video, by the rules of `docs/options.md`, or `undefined` if that
 * depends on the pictures or on a length that is not known.
 */
export function frameCount(form: OptionsForm, video: KnownVideo): FrameCount | undefined {
  const length = lengthOf(video.seconds);
  if (form.choice === "scenes" || form.choice === "keyframes") return undefined;
  if (!length) return withoutLength(form);
  const range = rangeOf(form, length);
  if (!range) return undefined;
  const targets = targetsIn(form, range, length);
  if (targets === undefined) return undefined;
  const seconds = Math.max(0, toNumber(minus(range.to, range.from)));
  // a range of part of a frame still shows one
  const most = video.frameRate ? Math.max(1, Math.ceil(seconds * video.frameRate)) : Infinity;
  const isRate = form.choice === "every" && form.unit === "fps";
  return { targets, frames: Math.min(targets, most), isMost: isRate && video.frameRate === undefined };
}

/** Returns the count without a length, for options that do not depend on it: a number of frames, or times. */
function withoutLength(form: OptionsForm): FrameCount | undefined {
  const count = Number(form.count);
  if (form.choice === "count" && count >= 1) return { targets: count, frames: count, isMost: false };
  const times = splitTimes(form.at).length;
  if (form.choice === "at" && times > 0) return { targets: times, frames: times, isMost: true };
  return undefined;
}

interface Range {
  readonly from: Fraction;
  readonly to: Fraction;
}

function rangeOf(form: OptionsForm, length: Fraction): Range | undefined {
  const [from, to] = [parsePlace(form.from), parsePlace(form.to)];
  if ((form.from.trim() !== "" && !from) || (form.to.trim() !== "" && !to)) return undefined;
  const end = to ? secondsAt(to, length) : length;
  return { from: from ? secondsAt(from, length) : ZERO, to: compare(end, length) < 0 ? end : length };
}

function targetsIn(form: OptionsForm, { from, to }: Range, length: Fraction): number | undefined {
  const span = minus(to, from);
  if (span.over <= 0n) return 0;
  switch (form.choice) {
    case "auto":
      return stepsWithin(span, whole(automaticStep(toNumber(span))));
    case "every": {
      const interval = intervalOf(form);
      return interval && stepsWithin(span, form.unit === "fps" ? inverse(interval) : interval);
    }
    case "count": {
      const count = Number(form.count);
      return Number.isInteger(count) && count >= 1 ? count : undefined;
    }
    case "at":
      return timesWithin(splitTimes(form.at), { from, to }, length);
    default:
      return undefined;
  }
}

/** Returns the seconds between two frames that are picked automatically in a range of this many seconds. */
export function automaticStep(seconds: number): number {
  const minutes = seconds / 60;
  if (minutes <= 2) return 2;
  if (minutes <= 10) return 5;
  if (minutes <= 30) return 10;
  return minutes <= 60 ? 20 : 30;
}

function timesWithin(texts: readonly string[], { from, to }: Range, length: Fraction): number | undefined {
  const within = new Set<number>();
  for (const text of texts) {
    const place = parsePlace(text);
    if (!place) return undefined;
    const seconds = secondsAt(place, length);
    // the length itself means the last frame, if the range does not end before it
    const isEnd = compare(seconds, length) === 0 && compare(to, length) === 0;
    if (isEnd || (compare(seconds, to) < 0 && compare(seconds, from) >= 0)) within.add(toNumber(seconds));
  }
  return within.size;
}
