import { pause } from "../../pause";

/** A frame that the browser showed: its time in the video, and how many it had shown until then. */
export interface ShownFrame {
  readonly mediaTime: number;
  readonly presentedFrames: number;
}

/** Rates that cameras and editors use. A measured rate close to one of them is taken for it. */
const COMMON = [24_000 / 1001, 24, 25, 30_000 / 1001, 30, 48, 50, 60_000 / 1001, 60, 100, 120_000 / 1001, 120, 240];

/** Returns the frames in a second, or `undefined` if too few frames were seen to say so. */
export function rateOf(shown: readonly ShownFrame[]): number | undefined {
  const steps = shown.slice(1).map((frame, index) => {
    const before = shown[index] ?? frame;
    return (frame.mediaTime - before.mediaTime) / (frame.presentedFrames - before.presentedFrames);
  });
  const known = steps.filter((step) => Number.isFinite(step) && step > 0).sort((a, b) => a - b);
  const median = known[Math.floor(known.length / 2)];
  if (known.length < 4 || median === undefined) return undefined;
  const rate = 1 / median;
  const nearest = COMMON.reduce((a, b) => (Math.abs(b - rate) < Math.abs(a - rate) ? b : a));
  // times of Matroska are whole milliseconds, so one step is up to 1 ms off
  return Math.abs(1 / nearest - median) <= 0.0011 ? nearest : rate;
}

/** Plays the beginning of a loaded video without sound and returns its rate, if the browser lets us see frames. */
export async function measureRate(video: HTMLVideoElement, signal: AbortSignal): Promise<number | undefined> {
  if (typeof video.requestVideoFrameCallback !== "function") return undefined;
  const shown: ShownFrame[] = [];
  let handle = 0;
  const watch = () => {
    handle = video.requestVideoFrameCallback((_, frame) => {
      shown.push(frame);
      watch();
    });
  };
  watch();
  try {
    await video.play();
    await until(() => shown.length >= 9 || video.ended || signal.aborted, 600);
  } catch {
    // playing may be forbidden; the rate stays unknown
  } finally {
    video.pause();
    video.cancelVideoFrameCallback(handle);
  }
  return rateOf(shown);
}

async function until(condition: () => boolean, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (!condition() && performance.now() < end) await pause(30);
}
