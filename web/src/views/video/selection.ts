import type { FrameEntry } from "../../zip";

/** Frames that were selected, by their positions. */
export interface Selection {
  readonly positions: ReadonlySet<number>;
  /** The bytes of their images. */
  readonly bytes: number;
  /** The position at which a range begins. */
  readonly anchor: number | undefined;
}

/** No frame. */
export const NOTHING: Selection = { positions: new Set(), bytes: 0, anchor: undefined };

/** Adds a frame, or removes it if it is selected. */
export function toggle(selection: Selection, frames: readonly FrameEntry[], position: number): Selection {
  const positions = new Set(selection.positions);
  const size = frames[position]?.bytes ?? 0;
  const removed = positions.delete(position);
  if (!removed) positions.add(position);
  return { positions, bytes: selection.bytes + (removed ? -size : size), anchor: position };
}

/** Adds the frames from the anchor to a position. */
export function extend(selection: Selection, frames: readonly FrameEntry[], position: number): Selection {
  const anchor = selection.anchor ?? position;
  const positions = new Set(selection.positions);
  let { bytes } = selection;
  for (let at = Math.min(anchor, position); at <= Math.max(anchor, position); at += 1) {
    if (positions.has(at)) continue;
    positions.add(at);
    bytes += frames[at]?.bytes ?? 0;
  }
  return { positions, bytes, anchor };
}

/** Returns all frames. */
export function everything(frames: readonly FrameEntry[]): Selection {
  const bytes = frames.reduce((sum, frame) => sum + frame.bytes, 0);
  return { positions: new Set(frames.keys()), bytes, anchor: 0 };
}

/** Returns the selected frames in time order. */
export function selected(selection: Selection, frames: readonly FrameEntry[]): FrameEntry[] {
  return frames.filter((_, position) => selection.positions.has(position));
}
