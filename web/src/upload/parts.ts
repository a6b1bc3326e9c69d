import type { Upload } from "../api/schema";

/** The URL and the headers for sending a part. */
export interface Target {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads a page of the upload's state from the server: the parts after `after`. */
export type ReadUpload = (after: number) => Promise<Upload>;

interface KnownTarget extends Target {
  readonly expiresAt: number;
  readonly readAt: number;
}

/** A URL is replaced this long before it expires. */
const EXPIRY_MARGIN_MS = 60_000;
/** A URL that was just read is used whatever its time says: the clock of this machine may be wrong. */
const JUST_READ_MS = 60_000;

/**
 * The parts of one upload: which have arrived, and where to send the others. An upload by one request counts as one
 * part. URLs are read from the server page by page, when they are needed.
 */
export class Parts {
  readonly #partBytes: number;
  readonly #count: number;
  readonly #targets = new Map<number, KnownTarget>();
  readonly #arrived = new Set<number>();
  readonly #loaded = new Map<number, number>();
  #arrivedBytes = 0;
  #last = 0;
  #reading: Promise<void> | undefined;

  constructor(
    private readonly bytes: number,
    upload: Upload,
  ) {
    this.#partBytes = upload.kind === "single" ? bytes : upload.partBytes;
    this.#count = upload.kind === "single" ? 1 : upload.parts;
    this.#merge(upload);
  }

  /** Reads all pages, so that the parts that have arrived are known. */
  static async readAll(bytes: number, read: ReadUpload): Promise<Parts> {
    let page = await read(0);
    const parts = new Parts(bytes, page);
    while (page.kind === "multipart" && page.next !== undefined) {
      page = await read(page.next);
      parts.#merge(page);
    }
    return parts;
  }

  /** Bytes that have arrived or are in flight. */
  get sent(): number {
    let sent = this.#arrivedBytes;
    for (const loaded of this.#loaded.values()) sent += loaded;
    return sent;
  }

  get allArrived(): boolean {
    return this.#arrived.size === this.#count;
  }

  /** Begins again with the first part that has not arrived. */
  rewind(): void {
    this.#last = 0;
    this.#loaded.clear();
  }

  /** Returns the next part to send, each only once. */
  take(): number | undefined {
    while (this.#last < this.#count) {
      this.#last += 1;
      if (!this.#arrived.has(this.#last)) return this.#last;
    }
    return undefined;
  }

  /** The position of a part in the file. */
  range(part: number): { start: number; end: number } {
    const start = (part - 1) * this.#partBytes;
    return { start, end: Math.min(start + this.#partBytes, this.bytes) };
  }

  /** Returns where to send a part, or nothing if it has arrived. */
  async target(part: number, read: ReadUpload): Promise<Target | undefined> {
    for (;;) {
      if (this.#arrived.has(part)) return undefined;
      const target = this.#targets.get(part);
      if (target && isFresh(target)) return target;
      // a page serves all parts that wait for it
      if (this.#reading) await this.#reading;
      else await this.#readPage(part, read);
    }
  }

  /** Forgets the URL of a part, because it was refused, or because the part may have arrived nevertheless. */
  forget(part: number): void {
    this.#targets.delete(part);
    this.#loaded.delete(part);
  }

  /** Sets the number of bytes of a part in flight. Returns by how many it grew. */
  progress(part: number, loaded: number): number {
    if (this.#arrived.has(part)) return 0;
    const { start, end } = this.range(part);
    const now = Math.min(loaded, end - start);
    const before = this.#loaded.get(part) ?? 0;
    this.#loaded.set(part, now);
    return Math.max(0, now - before);
  }

  /** Counts a part as arrived. */
  finish(part: number): void {
    this.forget(part);
    if (this.#arrived.has(part)) return;
    this.#arrived.add(part);
    const { start, end } = this.range(part);
    this.#arrivedBytes += end - start;
  }

  async #readPage(part: number, read: ReadUpload): Promise<void> {
    this.#targets.delete(part);
    this.#reading = read(part - 1).then((page) => this.#merge(page));
    try {
      await this.#reading;
    } finally {
      this.#reading = undefined;
    }
    // a part that has no URL needs none; if that is wrong, completing the upload fails
    if (!this.#targets.has(part)) this.finish(part);
  }

  #merge(upload: Upload): void {
    const readAt = Date.now();
    if (upload.kind === "single") {
      const { method, url, headers } = upload;
      this.#targets.set(1, { method, url, headers, expiresAt: Date.parse(upload.expiresAt), readAt });
      return;
    }
    for (const { number } of upload.arrived) this.finish(number);
    for (const { number, url, expiresAt } of upload.urls) {
      if (this.#arrived.has(number)) continue;
      this.#targets.set(number, { method: "PUT", url, headers: {}, expiresAt: Date.parse(expiresAt), readAt });
    }
  }
}

function isFresh(target: KnownTarget): boolean {
  const now = Date.now();
  return target.expiresAt - now > EXPIRY_MARGIN_MS || Math.abs(now - target.readAt) < JUST_READ_MS;
}
