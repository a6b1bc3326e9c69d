import { computed, signal } from "@preact/signals";
import {
  type FrameArchive,
  type FrameEntry,
  ImageCache,
  openFrames,
  type ReadOptions,
  type ZipEntry,
  ZipChangedError,
  ZipGoneError,
} from "../../zip";
import { everything, extend, NOTHING, selected, toggle } from "./selection";
import { Thumbnails } from "./thumbnails";
import { timeAxis, type TimeAxis } from "./time-axis";
import type { VideoStore } from "./video-store";

/** The part that has the focus. The effect of some keys depends on it. */
export type Place = "stage" | "grid" | "other";

/** The state of an open zip: which frame is shown and which ones are selected. */
export class Viewer {
  readonly frames: readonly FrameEntry[];
  readonly images: ImageCache;
  readonly thumbnails: Thumbnails;
  readonly axis: TimeAxis;
  /** The proportions of the first frame; the others hardly ever differ. */
  readonly aspect: number;
  /** The position of the frame on the stage. */
  readonly current = signal(0);
  readonly selection = signal(NOTHING);
  readonly place = signal<Place>("other");
  /** Whether the stage shows the frame pixel by pixel. */
  readonly zoomed = signal(false);
  /** The error after which the zip cannot be read on. */
  readonly lost = signal<ZipChangedError | ZipGoneError | undefined>(undefined);
  /** How often the network has come back. Images that failed are loaded again. */
  readonly reconnected = signal(0);
  readonly frame = computed(() => this.frames[this.current.value] as FrameEntry);
  /** In which direction the user moved last; 0 before the first move. */
  direction: -1 | 0 | 1 = 0;
  /** The frames in a row of the grid. */
  columns = 1;

  readonly #stop = new AbortController();
  readonly #archive: FrameArchive;

  constructor(archive: FrameArchive, images: ImageCache, aspect: number, duration: number | undefined) {
    this.#archive = archive;
    this.frames = archive.frames;
    this.images = images;
    this.aspect = aspect;
    this.axis = timeAxis(archive.frames, duration);
    this.thumbnails = new Thumbnails(archive, images, this.#stop.signal);
    const reconnect = () => {
      this.reconnected.value += 1;
    };
    addEventListener("online", reconnect, { signal: this.#stop.signal });
  }

  /** Shows the frame at a position, or the nearest one that exists. */
  moveTo(position: number): void {
    const to = Math.min(Math.max(position, 0), this.frames.length - 1);
    if (to === this.current.peek()) return;
    this.direction = to > this.current.peek() ? 1 : -1;
    this.current.value = to;
  }

  /** Moves by a number of frames. */
  moveBy(by: number): void {
    this.moveTo(this.current.peek() + by);
  }

  /** Selects a frame or takes it out of the selection. */
  toggle(position: number): void {
    this.selection.value = toggle(this.selection.peek(), this.frames, position);
  }

  /** Selects the frames from the one that was selected last. */
  extendTo(position: number): void {
    this.selection.value = extend(this.selection.peek(), this.frames, position);
  }

  selectAll(): void {
    this.selection.value = everything(this.frames);
  }

  selectNone(): void {
    this.selection.value = NOTHING;
  }

  /** Returns the frames to download: the selected ones, or the one on the stage. */
  chosen(): FrameEntry[] {
    const chosen = selected(this.selection.peek(), this.frames);
    return chosen.length > 0 ? chosen : [this.frame.peek()];
  }

  /** Reads a frame without keeping it in memory. */
  readOnce(frame: FrameEntry, options: ReadOptions): Promise<Blob> {
    const held = this.images.peek(frame);
    return held ? Promise.resolve(held) : this.#archive.read(frame, options);
  }

  /** Returns the bytes of the storyboard's images and text. */
  storyboardBytes(): number {
    let bytes = this.#archive.find("storyboard.vtt")?.bytes ?? 0;
    let sheet: ZipEntry | undefined;
    for (let number = 1; number <= this.frames.length; number += 1) {
      sheet = this.#archive.find(`storyboard/${String(number).padStart(3, "0")}.jpg`);
      if (!sheet) break;
      bytes += sheet.bytes;
    }
    return bytes;
  }

  /** Is called with every error of a read; some concern the whole zip. */
  report(error: unknown): void {
    if (error instanceof ZipChangedError || error instanceof ZipGoneError) this.lost.value = error;
  }

  /** Ends all reads and frees the memory. */
  dispose(): void {
    this.#stop.abort();
    this.images.clear();
    this.thumbnails.clear();
  }
}

/** Opens the zip of a video. It reads the directory and the first frame, whose size the layout needs. */
export async function openViewer(store: VideoStore, signal: AbortSignal): Promise<Viewer> {
  const video = store.video.peek();
  const archive = await openFrames(store.link, signal, { bytes: video?.download?.bytes });
  const images = new ImageCache(archive);
  const first = archive.frames[0] as FrameEntry;
  const blob = await images.get(first, { signal, urgent: true });
  const source = video?.result?.source;
  const aspect = (await aspectOf(blob)) ?? (source ? source.width / source.height : 16 / 9);
  return new Viewer(archive, images, aspect, source?.duration);
}

/** Returns nothing if the browser cannot decode the image. */
async function aspectOf(blob: Blob): Promise<number | undefined> {
  const image = await createImageBitmap(blob).catch(() => undefined);
  const aspect = image && image.width / image.height;
  image?.close();
  return aspect;
}
