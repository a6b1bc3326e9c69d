import { pause } from "../pause";
import { Slots } from "../slots";
import { LinkRefusedError, ZipChangedError, ZipGoneError, ZipUnreachableError, ZipUnreadableError } from "./errors";

/** Options of a read. */
export interface ReadOptions {
  signal?: AbortSignal | undefined;
  /** Goes before waiting reads: the frame on the stage is urgent, thumbnails are not. */
  urgent?: boolean | undefined;
}

/** The known length of a file, and the functions to read it. */
export interface SourceOptions {
  /** The length as far as it is known. It saves the preflight that a suffix range needs. */
  bytes?: number | undefined;
  fetch?: typeof fetch | undefined;
  pause?: typeof pause | undefined;
}

const PARALLEL_READS = 6;
const RETRY_DELAYS = [300, 1_000, 3_000];

interface Answer {
  bytes: Uint8Array<ArrayBuffer>;
  start: number;
  total: number;
}

/**
 * A file that is read by ranges, through presigned links. An expired link is replaced once for each read,
 * and failures of the network are retried. The file must stay the same.
 */
export class RangeSource {
  readonly #link: () => Promise<string>;
  readonly #known: number | undefined;
  readonly #fetch: typeof fetch;
  readonly #pause: typeof pause;
  readonly #slots = new Slots(PARALLEL_READS);
  #url: Promise<string> | undefined;
  #eTag: string | undefined;
  #size: number | undefined;

  /** `link` returns a link that has not been refused yet. */
  constructor(link: () => Promise<string>, options: SourceOptions = {}) {
    this.#link = link;
    this.#known = options.bytes;
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#pause = options.pause ?? pause;
  }

  /** The length of the file, known after the first read of the tail. */
  get size(): number {
    return this.#size ?? 0;
  }

  /** Reads the last bytes of the file, or all if it has fewer. */
  async readTail(length: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#known !== undefined && this.#known > 0) {
      const start = Math.max(0, this.#known - length);
      const answer = await this.#request(`bytes=${start}-${this.#known - 1}`, signal);
      if (answer?.total === this.#known) return answer.bytes;
      // the record was older than the file
      this.#size = undefined;
    }
    const answer = await this.#request(`bytes=-${length}`, signal);
    if (!answer) throw new ZipUnreadableError("The zip is empty.");
    return answer.bytes;
  }

  /** Reads the bytes from `start` to before `end`. */
  read(start: number, end: number, { signal, urgent }: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const read = async () => {
      const answer = await this.#request(`bytes=${start}-${end - 1}`, signal);
      if (!answer) throw new ZipChangedError("The zip is shorter than before.");
      if (answer.start !== start || answer.bytes.length !== end - start) {
        throw new ZipUnreadableError("The storage answered another range.");
      }
      return answer.bytes;
    };
    return this.#slots.run(read, { signal, urgent });
  }

  /** Returns nothing if the range is outside of the file. */
  async #request(range: string, signal: AbortSignal | undefined): Promise<Answer | undefined> {
    let refused = 0;
    for (let failures = 0; ; ) {
      signal?.throwIfAborted();
      const url = await this.#currentLink();
      try {
        // Chrome locks the cache entry of a URL, so that cached reads of one file would run one after the other
        const init: RequestInit = { headers: { range }, cache: "no-store", credentials: "omit" };
        const response = await this.#fetch(url, signal ? { ...init, signal } : init);
        if (response.status === 206) return await this.#accept(response);
        await response.body?.cancel();
        if (response.status === 403) {
          if (++refused > 1) throw new LinkRefusedError("The storage refuses a fresh link.");
          await this.#forgetLink(url);
          continue;
        }
        if (response.status === 416) return undefined;
        if (response.status === 404) throw new ZipGoneError("The zip does not exist any more.");
        if (response.status === 200) throw new ZipUnreadableError("The storage does not answer ranged requests.");
        if (response.status < 500 && response.status !== 429) {
          throw new ZipUnreadableError(`The storage answered ${response.status}.`);
        }
        throw new ZipUnreachableError(`The storage answered ${response.status}.`);
      } catch (error) {
        signal?.throwIfAborted();
        // fetch rejects with a TypeError if no answer came or if it ended early
        if (!(error instanceof TypeError || error instanceof ZipUnreachableError)) throw error;
        const delay = RETRY_DELAYS[failures++];
        if (delay === undefined) throw new ZipUnreachableError("The storage does not answer.", { cause: error });
        await this.#pause(delay * (0.75 + Math.random() / 2), signal);
      }
    }
  }

  async #accept(response: Response): Promise<Answer> {
    const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
    if (!range) throw new ZipUnreadableError("The storage answers without a readable Content-Range.");
    const [start, last, total] = range.slice(1).map(Number) as [number, number, number];
    const eTag = response.headers.get("etag") ?? undefined;
    if ((this.#size ?? total) !== total || (this.#eTag ?? eTag) !== eTag) {
      throw new ZipChangedError("The zip was replaced.");
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length !== last - start + 1) throw new ZipUnreachableError("The answer ended early.");
    this.#size = total;
    this.#eTag = eTag;
    return { bytes, start, total };
  }

  #currentLink(): Promise<string> {
    if (!this.#url) {
      const url = this.#link();
      this.#url = url;
      url.catch(() => {
        if (this.#url === url) this.#url = undefined;
      });
    }
    return this.#url;
  }

  /** Parallel reads that are refused share one new link. */
  async #forgetLink(refused: string): Promise<void> {
    const current = this.#url;
    if ((await current) === refused && this.#url === current) this.#url = undefined;
  }
}
