import type { FrameArchive } from "./archive";
import { ByteLru } from "./byte-lru";
import type { ZipEntry } from "./directory";
import type { ReadOptions } from "./range-source";

interface Flight {
  readers: number;
  readonly stop: AbortController;
  readonly blob: Promise<Blob>;
}

const LIMIT = 200_000_000;

/** The images of a zip that were read. Readers of the same image share one request. */
export class ImageCache {
  readonly #archive: Pick<FrameArchive, "read">;
  readonly #blobs: ByteLru<ZipEntry, Blob>;
  readonly #flights = new Map<ZipEntry, Flight>();

  constructor(archive: Pick<FrameArchive, "read">, limit = LIMIT) {
    this.#archive = archive;
    this.#blobs = new ByteLru(limit);
  }

  /** Returns an image that is in memory. */
  peek(entry: ZipEntry): Blob | undefined {
    return this.#blobs.get(entry);
  }

  /** Returns an image. The request ends early only when every reader has gone. */
  async get(entry: ZipEntry, { signal, urgent }: ReadOptions = {}): Promise<Blob> {
    signal?.throwIfAborted();
    const held = this.#blobs.get(entry);
    if (held) return held;
    const flight = this.#flights.get(entry) ?? this.#start(entry, urgent);
    flight.readers += 1;
    if (!signal) return flight.blob;
    return new Promise((resolve, reject) => {
      const leave = () => {
        flight.readers -= 1;
        if (flight.readers === 0) this.#end(entry, flight);
        reject(signal.reason);
      };
      signal.addEventListener("abort", leave, { once: true });
      flight.blob.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
    });
  }

  /** Forgets all images. */
  clear(): void {
    this.#blobs.clear();
    for (const [entry, flight] of this.#flights) this.#end(entry, flight);
  }

  #start(entry: ZipEntry, urgent: boolean | undefined): Flight {
    const stop = new AbortController();
    const blob = this.#archive.read(entry, { signal: stop.signal, urgent });
    const flight: Flight = { readers: 0, stop, blob };
    this.#flights.set(entry, flight);
    blob.then(
      (image) => {
        this.#blobs.set(entry, image, image.size);
        this.#forget(entry, flight);
      },
      () => this.#forget(entry, flight),
    );
    return flight;
  }

  #end(entry: ZipEntry, flight: Flight): void {
    this.#forget(entry, flight);
    flight.stop.abort();
  }

  #forget(entry: ZipEntry, flight: Flight): void {
    if (this.#flights.get(entry) === flight) this.#flights.delete(entry);
  }
}
