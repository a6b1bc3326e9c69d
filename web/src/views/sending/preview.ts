import type { FrameMeasure } from "./estimate-bytes";
import { measureRate } from "./frame-rate";
import { limited } from "./limited";

/** What the browser's own decoder found out about a file. */
export interface Preview {
  readonly seconds?: number | undefined;
  readonly width: number;
  readonly height: number;
  readonly frameRate?: number | undefined;
  /** Object URLs of small images, to be revoked by whoever drops the preview. */
  readonly frames: readonly string[];
  readonly measure?: FrameMeasure | undefined;
}

/** The number of frames in the strip. */
export const STRIP = 5;

const TIMEOUT_MS = 8000;
const STRIP_WIDTH = 240;
/** Frames are compressed at up to this width for the estimate, which is quick and close enough. */
const MEASURE_WIDTH = 1280;
const TYPES = { jpeg: "image/jpeg", webp: "image/webp", png: "image/png" } as const;

const atMostTwo = limited(2);

/** Reads a file with an off-screen `<video>`. Throws if the browser cannot play it or needs more than 8 seconds. */
export function readPreview(file: File, signal: AbortSignal): Promise<Preview> {
  return atMostTwo(async () => {
    signal.throwIfAborted();
    const ending = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const url = URL.createObjectURL(file);
    const video = document.createElement("video");
    const frames: string[] = [];
    try {
      return await read(video, url, frames, ending);
    } catch (error) {
      for (const frame of frames) URL.revokeObjectURL(frame);
      throw error;
    } finally {
      video.removeAttribute("src");
      // frees the decoder at once instead of at the next garbage collection
      video.load();
      URL.revokeObjectURL(url);
    }
  });
}

async function read(video: HTMLVideoElement, url: string, frames: string[], signal: AbortSignal): Promise<Preview> {
  video.muted = true;
  video.playsInline = true;
  video.preload = "auto";
  video.src = url;
  await happened(video, "loadeddata", signal);
  const { videoWidth: width, videoHeight: height, duration } = video;
  if (width === 0 || height === 0) throw new TypeError("The file has no pictures that the browser can show.");
  const seconds = Number.isFinite(duration) && duration > 0 ? duration : undefined;
  const sizes: number[] = [];
  const canvas = document.createElement("canvas");
  let measure: FrameMeasure | undefined;
  for (let index = 0; index < (seconds === undefined ? 1 : STRIP); index += 1) {
    if (seconds !== undefined) await seek(video, (seconds * (index + 0.5)) / STRIP, signal);
    frames.push(URL.createObjectURL(await drawn(video, canvas, STRIP_WIDTH, "jpeg")));
    const image = await drawn(video, canvas, MEASURE_WIDTH, "jpeg");
    sizes.push(image.size);
    if (index === 0) measure = await measured(canvas, { width, height });
  }
  if (measure) measure = { ...measure, jpeg: sizes.reduce((a, b) => a + b, 0) / sizes.length };
  if (seconds !== undefined) await seek(video, 0, signal);
  const frameRate = await measureRate(video, signal);
  return { seconds, width, height, frameRate, frames, measure };
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

function drawn(video: HTMLVideoElement, canvas: HTMLCanvasElement, most: number, format: "jpeg"): Promise<Blob> {
  const scale = Math.min(1, most / video.videoWidth);
  canvas.width = Math.max(1, Math.round(video.videoWidth * scale));
  canvas.height = Math.max(1, Math.round(video.videoHeight * scale));
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return encoded(canvas, format);
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
