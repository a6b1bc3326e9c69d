import { readDirectory, type ZipEntry } from "./directory";
import { entryData } from "./entry-data";
import { ZipUnreadableError } from "./errors";
import { imageType, parseFrameName } from "./frame-name";
import { RangeSource, type ReadOptions, type SourceOptions } from "./range-source";
import { parseStoryboard, type Cue } from "./storyboard";

/** A frame of a video in its zip. */
export interface FrameEntry extends ZipEntry {
  /** The number of the chosen time, from 1. Numbers may be left out. */
  readonly index: number;
  /** The presentation time in seconds, exact to the millisecond. */
  readonly time: number;
  /** The media type of the image. */
  readonly type: string;
}

/** An opened zip of frames. */
export interface FrameArchive {
  /** The frames in time order. */
  readonly frames: readonly FrameEntry[];
  /** Returns an entry that is not a frame by its name. */
  find(name: string): ZipEntry | undefined;
  /** Reads an image by one request. */
  read(entry: ZipEntry, options?: ReadOptions): Promise<Blob>;
  /** Reads the cues of the storyboard, one for each frame. There are none without a storyboard. */
  storyboard(signal?: AbortSignal): Promise<readonly Cue[]>;
}

/**
 * Opens a zip by its directory; no frame is read. `link` returns a link that has not been refused yet and is
 * called again when one is. Errors have the types of `errors.ts`.
 */
export async function openFrames(
  link: () => Promise<string>,
  signal?: AbortSignal,
  options?: SourceOptions,
): Promise<FrameArchive> {
  const source = new RangeSource(link, options);
  const entries = await readDirectory(source, signal);
  const frames: FrameEntry[] = [];
  const others = new Map<string, ZipEntry>();
  for (const entry of entries) {
    const name = parseFrameName(entry.name);
    if (name) frames.push({ ...entry, ...name });
    else others.set(entry.name, entry);
  }
  if (frames.length === 0) throw new ZipUnreadableError("The zip contains no frames.");
  return new OpenArchive(source, frames, others);
}

class OpenArchive implements FrameArchive {
  readonly frames: readonly FrameEntry[];
  readonly #others: ReadonlyMap<string, ZipEntry>;
  readonly #source: RangeSource;

  constructor(source: RangeSource, frames: readonly FrameEntry[], others: ReadonlyMap<string, ZipEntry>) {
    this.#source = source;
    this.frames = frames;
    this.#others = others;
  }

  find(name: string): ZipEntry | undefined {
    return this.#others.get(name);
  }

  async read(entry: ZipEntry, options?: ReadOptions): Promise<Blob> {
    const bytes = await this.#source.read(entry.offset, entry.end, options);
    return new Blob([entryData(entry, bytes)], { type: imageType(entry.name) });
  }

  async storyboard(signal?: AbortSignal): Promise<readonly Cue[]> {
    const entry = this.find("storyboard.vtt");
    if (!entry) return [];
    return parseStoryboard(await (await this.read(entry, { signal, urgent: true })).text());
  }
}
