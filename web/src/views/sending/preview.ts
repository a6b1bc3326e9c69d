import { Slots } from "../../slots";
import type { FrameMeasure } from "./estimate-bytes";
import { measureRate } from "./frame-rate";

/** The findings of the browser's own decoder about a file. */
export interface Preview {
  readonly seconds?: number | undefined;
  readonly width: number;
  readonly height: number;
  readonly frameRate?: number | undefined;
  /** Object URLs of small images. The code that drops the preview must revoke them. */
  readonly frames: readonly string[];
  readonly measure?: FrameMeasure | undefined;
  /** Whether nothing more is found. */
  readonly isComplete: boolean;
}

/** The number of frames in the strip. */
export const STRIP = 5;

const TIMEOUT_MS = 8000;
const STRIP_WIDTH = 240;
/** Frames are compressed at up to this width for the estimate, which is quick and close enough. */
const MEASURE_WIDTH = 1280;
const TYPES = { jpeg: "image/jpeg", webp: "image/webp", png: "image/png" } as const;

const decoders = new Slots(2);

/**
 * Reads a file with an off-screen `<video>` and shows each finding as it comes: at first the first picture, last of all
 * the frame rate. Throws if the browser cannot play the file or has no picture after 8 seconds, or if the file is
 * cancelled, after which nothing is shown.
 */
export function readPreview(file: File, signal: AbortSignal, show: (preview: Preview) => void): Promise<void> {
  const task = async () => {
    const ending = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const url = URL.createObjectURL(file);
    const video = document.createElement("video");
    try {
      await read(video, url, { cancelled: signal, ending, show });
    } finally {
      video.removeAttribute("src");
      // frees the decoder at once instead of at the next garbage collection
      video.load();
      URL.revokeObjectURL(url);
    }
  };
  return decoders.run(task, { signal });
}

interface Reading {
  readonly cancelled: AbortSignal;
  /** Aborted when the file is cancelled or the time is over. */
  readonly ending: AbortSignal;
  readonly show: (preview: Preview) => void;
}

async function read(video: HTMLVideoElement, url: string, { cancelled, ending, show }: Reading): Promise<void> {
  video.muted = true;
  video.playsInline = true;
  video.preload = "auto";
  video.src = url;
  await happened(video, "loadedmetadata", ending);
  const { videoWidth: width, videoHeight: height, duration } = video;
  if (width === 0 || height === 0) throw new TypeError("The file has no pictures that the browser can show.");
  const seconds = Number.isFinite(duration) && duration > 0 ? duration : undefined;
  // without a length there is nowhere to seek to, and the first picture comes by itself
  if (seconds === undefined && video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) {
    await happened(video, "loadeddata", ending);
  }
  const canvas = document.createElement("canvas");
  const sizes: number[] = [];
  let preview: Preview = { seconds, width, height, frames: [], isComplete: false };
  try {
    for (let index = 0; index < (seconds === undefined ? 1 : STRIP); index += 1) {
      if (seconds !== undefined) await seek(video, (seconds * (index + 0.5)) / STRIP, ending);
      sizes.push((await drawn(video, canvas, MEASURE_WIDTH)).size);
      const measure = preview.measure ?? (await measured(canvas, { width, height }));
      const frame = await drawn(video, canvas, STRIP_WIDTH);
      cancelled.throwIfAborted();
      const jpeg = sizes.reduce((a, b) => a + b, 0) / sizes.length;
      preview = { ...preview, frames: [...preview.frames, URL.createObjectURL(frame)], measure: { ...measure, jpeg } };
      show(preview);
    }
    if (seconds !== undefined) await seek(video, 0, ending);
  } catch (error) {
    // a slow file is shown as far as it came
    if (preview.frames.length === 0 || cancelled.aborted) throw error;
  }
  const frameRate = ending.aborted ? undefined : await measureRate(video, ending);
  cancelled.throwIfAborted();
  show({ ...preview, frameRate, isComplete: true });
}

/** Compresses what the canvas shows in every format that this browser writes. */
async function measured(canvas: HTMLCanvasElement, size: { width: number; height: number }): Promise<FrameMeasure> {
  const bytes = async (format: keyof typeof TYPES) => {
    const blob = await encoded(canvas, format);
    // a browser without the encoder gives a PNG instead
    return blob.type === TYPES[format] ? blob.size : undefined;
  };
  const [jpeg = 0, webp, png] = [await bytes("jpeg"), await bytes("webp"), await bytes("png")];
  return { ...size, pixels: canvas.width * canvas.height, jpeg, webp, png };
}

function drawn(video: HTMLVideoElement, canvas: HTMLCanvasElement, most: number): Promise<Blob> {
  const scale = Math.min(1, most / video.videoWidth);
  canvas.width = Math.max(1, Math.round(video.videoWidth * scale));
  canvas.height = Math.max(1, Math.round(video.videoHeight * scale));
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return encoded(canvas, "jpeg");
}

function encoded(canvas: HTMLCanvasElement, format: keyof typeof TYPES): Promise<Blob> {
  return new Promise((done, failed) => {
    const blob = (made: Blob | null) => (made ? done(made) : failed(new TypeError("The canvas cannot be read.")));
    canvas.toBlob(blob, TYPES[format], 0.85);
  });
}

async function seek(video: HTMLVideoElement, seconds: number, signal: AbortSignal): Promise<void> {
  const seeked = happened(video, "seeked", signal);
  video.currentTime = seconds;
  await seeked;
}

function happened(video: HTMLVideoElement, event: string, signal: AbortSignal): Promise<void> {
  return new Promise((done, failed) => {
    const over = new AbortController();
    const end = (finish: () => void) => () => {
      over.abort();
      finish();
    };
    const options = { once: true, signal: over.signal };
    video.addEventListener(event, end(done), options);
    video.addEventListener("error", end(() => failed(video.error ?? new TypeError("The file cannot be read."))), options);
    signal.addEventListener("abort", end(() => failed(signal.reason)), options);
    if (signal.aborted) end(() => failed(signal.reason))();
  });
}
