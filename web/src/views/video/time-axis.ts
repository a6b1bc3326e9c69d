/** The times that the timeline shows, in seconds. */
export interface TimeAxis {
  readonly from: number;
  readonly to: number;
}

/** Frames that cover less than this share of the video get the whole axis. */
const SMALL_SHARE = 0.25;

/** Returns the axis for frames in time order: the whole video, or the part that has frames if it is small. */
export function timeAxis(frames: readonly { time: number }[], duration: number | undefined): TimeAxis {
  const first = frames[0]?.time ?? 0;
  const last = frames.at(-1)?.time ?? 0;
  const end = Math.max(duration ?? 0, last);
  const span = last - first;
  if (span === 0 || span >= end * SMALL_SHARE) return { from: 0, to: end || 1 };
  const margin = span * 0.05;
  return { from: Math.max(0, first - margin), to: Math.min(end, last + margin) };
}

/** Returns where a time is on the axis, from 0 to 1. */
export function shareOf({ from, to }: TimeAxis, time: number): number {
  return Math.min(1, Math.max(0, (time - from) / (to - from)));
}

/** Returns the time at a share of the axis. */
export function timeAt({ from, to }: TimeAxis, share: number): number {
  return from + Math.min(1, Math.max(0, share)) * (to - from);
}

/** Returns the position of the frame whose time is nearest, of frames in time order. */
export function nearestFrame(frames: readonly { time: number }[], time: number): number {
  let low = 0;
  let high = frames.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((frames[middle]?.time ?? Infinity) <= time) low = middle;
    else high = middle - 1;
  }
  const [before, after] = [frames[low], frames[low + 1]];
  return before && after && after.time - time < time - before.time ? low + 1 : low;
}
