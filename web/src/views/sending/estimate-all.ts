import { estimateBytes, type FrameMeasure } from "./estimate-bytes";
import { frameCount, MOST_FRAMES, type KnownVideo } from "./estimate";
import type { OptionsForm } from "./options";

/** A video with what the browser could find out about it. */
export interface EstimatedVideo extends KnownVideo {
  readonly name: string;
  readonly measure?: FrameMeasure | undefined;
}

/** The sum over several videos, and what it leaves out. */
export interface Estimate {
  readonly frames: number;
  readonly bytes: number;
  /** Whether fewer frames may come. */
  readonly isMost: boolean;
  /** The number of videos whose frames cannot be counted here, and of those whose bytes cannot be estimated. */
  readonly uncounted: number;
  readonly unmeasured: number;
  /** The videos with more frames than the server accepts, and those without any frame in the range. */
  readonly tooMany: readonly string[];
  readonly empty: readonly string[];
}

/** Adds up the frames and bytes that a form asks for in these videos. */
export function estimateAll(form: OptionsForm, videos: readonly EstimatedVideo[]): Estimate {
  let [frames, bytes, uncounted, unmeasured] = [0, 0, 0, 0];
  let isMost = false;
  const [tooMany, empty]: [string[], string[]] = [[], []];
  for (const video of videos) {
    const count = frameCount(form, video);
    if (!count) {
      uncounted += 1;
      continue;
    }
    frames += count.frames;
    isMost ||= count.isMost;
    if (count.targets > MOST_FRAMES) tooMany.push(video.name);
    if (count.targets === 0) empty.push(video.name);
    if (video.measure) bytes += estimateBytes(form, video.measure, count.frames);
    else unmeasured += 1;
  }
  return { frames, bytes, isMost, uncounted, unmeasured, tooMany, empty };
}
