import type { Entry, Reader } from "@zip.js/zip.js";
import { ZipReader } from "@zip.js/zip.js/lib/zip-core-reader.js";
import { ZipUnreadableError } from "./errors";
import { nextTask } from "./next-task";
import type { RangeSource } from "./range-source";

/** A stored file of a zip and the range that certainly contains its local header and its data. */
export interface ZipEntry {
  /** The path in the zip. */
  readonly name: string;
  /** The length of the data. */
  readonly bytes: number;
  /** The offset of the local header. */
  readonly offset: number;
  /** The offset of the next local header or of the directory. */
  readonly end: number;
}

/** The end record, the longest comment that it can have, and what fits into 66 KiB of the directory. */
const TAIL_BYTES = 66 * 1024;
/** A directory of 50,000 frames has about 4 MB. A read before the tail is not extended beyond this. */
const LONGEST_EXTENSION = 64 * 1024 * 1024;
/** How long entries are parsed before the browser may handle input, in milliseconds. */
const SLICE = 8;

/** The source that zip.js reads: the tail, which grows to the directory's start by one request. */
class TailReader {
  readonly size: number;
  readonly initialized = true;
  #tail: Uint8Array;
  #start: number;
  readonly #source: RangeSource;
  readonly #signal: AbortSignal | undefined;

  constructor(source: RangeSource, tail: Uint8Array, signal: AbortSignal | undefined) {
    this.size = source.size;
    this.#source = source;
    this.#tail = tail;
    this.#start = source.size - tail.length;
    this.#signal = signal;
  }

  async readUint8Array(offset: number, length: number): Promise<Uint8Array> {
    const end = Math.min(offset + length, this.size);
    if (offset < this.#start) {
      const missing = this.#start - offset;
      const read = { signal: this.#signal };
      if (missing > LONGEST_EXTENSION) return this.#source.read(offset, end, read);
      const before = await this.#source.read(offset, this.#start, read);
      const whole = new Uint8Array(missing + this.#tail.length);
      whole.set(before);
      whole.set(this.#tail, missing);
      this.#tail = whole;
      this.#start = offset;
    }
    return this.#tail.subarray(offset - this.#start, end - this.#start);
  }
}

/**
 * Reads the directory of a zip: one request if the tail contains it, else two. Returns the entries in the
 * order of their offsets.
 */
export async function readDirectory(source: RangeSource, signal?: AbortSignal): Promise<ZipEntry[]> {
  const tail = await source.readTail(TAIL_BYTES, signal);
  const reader = new TailReader(source, tail, signal);
  // zip.js documents its Reader as a class, but calls only these members
  const zip = new ZipReader(reader as unknown as Reader<void>);
  const found: Omit<ZipEntry, "end">[] = [];
  let pauseAt = performance.now() + SLICE;
  try {
    for await (const entry of zip.getEntriesGenerator()) {
      if (!entry.directory) found.push(stored(entry));
      if (performance.now() < pauseAt) continue;
      await nextTask();
      signal?.throwIfAborted();
      pauseAt = performance.now() + SLICE;
    }
  } catch (error) {
    // zip.js throws plain errors for what it cannot parse; ours have types
    if (Object.getPrototypeOf(error) !== Error.prototype && !(error instanceof RangeError)) throw error;
    throw new ZipUnreadableError("The directory of the zip cannot be read.", { cause: error });
  }
  return withEnds(found, zip.directoryOffset ?? source.size);
}

function stored(entry: Entry): Omit<ZipEntry, "end"> {
  const { filename, offset, compressedSize, uncompressedSize, compressionMethod, encrypted } = entry;
  if (compressionMethod !== 0 || encrypted || compressedSize !== uncompressedSize) {
    throw new ZipUnreadableError(`${filename} is not stored as it is.`);
  }
  return { name: filename, offset, bytes: uncompressedSize };
}

function withEnds(found: Omit<ZipEntry, "end">[], directory: number): ZipEntry[] {
  const inOrder = found.sort((one, other) => one.offset - other.offset);
  return inOrder.map((entry, index) => ({ ...entry, end: inOrder[index + 1]?.offset ?? directory }));
}
