import { ByteLru, type Cue, type FrameArchive, type ImageCache, type ZipEntry } from "../../zip";

/** A part of an image in memory that shows a frame in small. */
export interface Picture {
  readonly image: ImageBitmap;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const SHEETS_LIMIT = 96_000_000;
const FRAMES_LIMIT = 64_000_000;
const bitmapBytes = ({ width, height }: ImageBitmap) => width * height * 4;

/** Small images of frames: from the storyboard where there is one, else the frames decoded at a small size. */
export class Thumbnails {
  /** Whether the zip has a storyboard. */
  readonly fromStoryboard: boolean;

  readonly #archive: FrameArchive;
  readonly #images: ImageCache;
  readonly #stop: AbortSignal;
  readonly #sheets = new ByteLru<string, ImageBitmap>(SHEETS_LIMIT, (image) => image.close());
  readonly #frames = new ByteLru<number, ImageBitmap>(FRAMES_LIMIT, (image) => image.close());
  readonly #decoding = new Map<string, Promise<ImageBitmap>>();
  #reading: Promise<readonly Cue[]> | undefined;
  #cues: readonly Cue[] = [];

  constructor(archive: FrameArchive, images: ImageCache, stop: AbortSignal) {
    this.#archive = archive;
    this.#images = images;
    this.#stop = stop;
    this.fromStoryboard = archive.find("storyboard.vtt") !== undefined;
  }

  /** Returns the small image of the frame at a position if it is in memory. */
  peek(position: number): Picture | undefined {
    const cue = this.#cues[position];
    const sheet = cue && this.#sheets.get(cue.image);
    if (sheet) return pictureOf(sheet, cue);
    const frame = this.#frames.get(position);
    return frame && whole(frame);
  }

  /** Loads the small image of the frame at a position. `width` is the width it is drawn with, in device pixels. */
  async load(position: number, width: number, signal: AbortSignal): Promise<Picture> {
    const cue = this.fromStoryboard ? (await this.#readCues())[position] : undefined;
    signal.throwIfAborted();
    const sheet = cue && this.#archive.find(cue.image);
    if (cue && sheet) return pictureOf(await this.#sheet(sheet, signal), cue);
    const entry = this.#archive.frames[position];
    if (!entry) throw new RangeError(`There is no frame at ${position}.`);
    const blob = await this.#images.get(entry, { signal });
    const image = await createImageBitmap(blob, { resizeWidth: Math.ceil(width), resizeQuality: "medium" });
    this.#frames.set(position, image, bitmapBytes(image));
    return whole(image);
  }

  /** Frees the memory. */
  clear(): void {
    this.#sheets.clear();
    this.#frames.clear();
  }

  /** There is a cue for each frame, in the same order. A storyboard that differs is not used. */
  #readCues(): Promise<readonly Cue[]> {
    this.#reading ??= this.#archive.storyboard(this.#stop).then(
      (cues) => {
        this.#cues = cues.length === this.#archive.frames.length ? cues : [];
        return this.#cues;
      },
      (error: unknown) => {
        this.#reading = undefined;
        throw error;
      },
    );
    return this.#reading;
  }

  async #sheet(entry: ZipEntry, signal: AbortSignal): Promise<ImageBitmap> {
    const held = this.#sheets.get(entry.name);
    if (held) return held;
    const blob = await this.#images.get(entry, { signal });
    const decoded = this.#sheets.get(entry.name);
    if (decoded) return decoded;
    let decoding = this.#decoding.get(entry.name);
    if (!decoding) {
      decoding = this.#decode(entry.name, blob);
      this.#decoding.set(entry.name, decoding);
    }
    return decoding;
  }

  async #decode(name: string, blob: Blob): Promise<ImageBitmap> {
    try {
      const image = await createImageBitmap(blob);
      this.#sheets.set(name, image, bitmapBytes(image));
      return image;
    } finally {
      this.#decoding.delete(name);
    }
  }
}

function pictureOf(image: ImageBitmap, { x, y, width, height }: Cue): Picture {
  return { image, x, y, width, height };
}

function whole(image: ImageBitmap): Picture {
  return { image, x: 0, y: 0, width: image.width, height: image.height };
}
