import { useEffect, useState } from "preact/hooks";
import { pause } from "../../pause";
import type { Viewer } from "./viewer";

/** The image on the stage. */
export interface StageImage {
  /** The image, and the position of its frame, as soon as one is decoded. */
  readonly url: string;
  readonly position: number;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

interface StageState {
  readonly shown: StageImage | undefined;
  readonly failed: boolean;
  /** Loads the frame again after a failure. */
  retry(): void;
}

/** While keys repeat or a finger drags, frames that are passed faster than this are not loaded. */
const SETTLE = 60;
/** The number of frames that are loaded in advance, after the user has moved. */
const PREFETCH_ON = 2;

/** Loads the frame that the viewer is at. The one before stays until it is decoded. */
export function useStageImage(viewer: Viewer): StageState {
  const [shown, setShown] = useState<StageImage>();
  const [failed, setFailed] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const reconnected = viewer.reconnected.value;
  const position = viewer.current.value;

  useEffect(() => {
    const stop = new AbortController();
    setFailed(false);
    const show = async () => {
      const frame = viewer.frames[position];
      if (!frame) return;
      const held = viewer.images.peek(frame);
      if (!held) await pause(SETTLE, stop.signal);
      const blob = held ?? (await viewer.images.get(frame, { signal: stop.signal, urgent: true }));
      const url = URL.createObjectURL(blob);
      let image: HTMLImageElement;
      try {
        image = await decode(url);
        stop.signal.throwIfAborted();
      } catch (error) {
        URL.revokeObjectURL(url);
        throw error;
      }
      setShown({ url, position, width: image.naturalWidth, height: image.naturalHeight });
      await prefetch(viewer, position, stop.signal);
    };
    show().catch((error: unknown) => {
      if (stop.signal.aborted) return;
      viewer.report(error);
      setFailed(true);
    });
    return () => stop.abort();
  }, [viewer, position, attempt, reconnected]);

  useEffect(() => {
    const url = shown?.url;
    return () => {
      if (url) URL.revokeObjectURL(url);
    };
  }, [shown]);

  return { shown, failed, retry: () => setAttempt(attempt + 1) };
}

async function decode(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/** Loads the neighbours in the direction of the last move. Nothing is loaded before the first one. */
async function prefetch(viewer: Viewer, position: number, signal: AbortSignal): Promise<void> {
  if (viewer.direction === 0) return;
  const wanted = Array.from({ length: PREFETCH_ON }, (_, index) => position + viewer.direction * (index + 1));
  for (const next of wanted) {
    const frame = viewer.frames[next];
    // a frame that fails here is asked for again when it is shown
    if (frame) await viewer.images.get(frame, { signal }).catch(() => undefined);
  }
}
