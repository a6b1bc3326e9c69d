import type { CreatedVideo, Upload } from "../api/schema";
import { NoAnswerError } from "./failures";
import type { PutAnswer, PutRequest, Transport } from "./transport";
import type { NewFile, UploadBackend } from "./types";

/** The API's error as the page's client throws it. */
export class FakeApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(code);
  }
}

/** A request of bytes that has not been answered. */
export interface PendingPut {
  readonly videoId: string;
  readonly part: number;
  readonly request: PutRequest;
  /** Stores the bytes as S3 would, and answers. */
  finish(): void;
  /** Stores the bytes, but the answer is lost. */
  loseAnswer(): void;
  answer(answer: PutAnswer): void;
  fail(): void;
}

interface FakeVideo {
  readonly file: NewFile;
  readonly key: string;
  readonly arrived: Set<number>;
  isComplete: boolean;
}

/** The API and S3 for tests: small parts, URLs that can be made to expire, and requests that wait for the test. */
export class FakeServer implements UploadBackend {
  readonly videos = new Map<string, FakeVideo>();
  readonly calls: string[] = [];
  /** Every request of bytes ever made, such as `v1/2`. */
  readonly puts: string[] = [];
  readonly pending: PendingPut[] = [];
  /** Errors for the next calls of the API, first come first served. */
  readonly errors: unknown[] = [];
  partBytes = 10;
  multipartAbove = 20;
  pageUrls = 100;
  /** Answers requests of bytes by itself. */
  isAutomatic = true;
  urlLifetimeMs = 6 * 3_600_000;
  #generation = 1;

  /** Makes all URLs that were given out answer 403. */
  expireUrls(): void {
    this.#generation += 1;
  }

  async create(file: NewFile, key: string): Promise<CreatedVideo> {
    this.#begin(`create ${file.fileName}`);
    let id = [...this.videos].find(([, video]) => video.key === key)?.[0];
    if (id === undefined) {
      id = `v${this.videos.size + 1}`;
      this.videos.set(id, { file, key, arrived: new Set(), isComplete: false });
    }
    return { video: { id } as CreatedVideo["video"], upload: this.#page(id, 0) };
  }

  async read(id: string, after = 0): Promise<Upload> {
    this.#begin(`read ${id} ${after}`);
    const video = this.#video(id);
    if (video.isComplete) throw new FakeApiError(409, "upload_over");
    return this.#page(id, after);
  }

  async complete(id: string): Promise<unknown> {
    this.#begin(`complete ${id}`);
    const video = this.#video(id);
    if (video.arrived.size < this.#count(video)) throw new FakeApiError(409, "upload_incomplete");
    video.isComplete = true;
    return {};
  }

  async remove(id: string): Promise<void> {
    this.#begin(`remove ${id}`);
    this.videos.delete(id);
  }

  readonly transport: Transport = (request) =>
    new Promise((resolve, reject) => {
      const [, videoId = "", part = "", generation = ""] = /^s3:(\w+)\/(\d+)\?(\d+)$/.exec(request.url) ?? [];
      const leave = () => this.pending.splice(this.pending.indexOf(put), 1);
      const act = (settle: () => void) => {
        leave();
        settle();
      };
      const store = () => {
        request.onProgress(request.body.size);
        this.#video(videoId).arrived.add(Number(part));
      };
      const put: PendingPut = {
        videoId,
        part: Number(part),
        request,
        finish: () => act(() => (store(), resolve({ status: 200 }))),
        loseAnswer: () => act(() => (store(), reject(new NoAnswerError()))),
        answer: (answer) => act(() => resolve(answer)),
        fail: () => act(() => reject(new NoAnswerError())),
      };
      this.puts.push(`${videoId}/${part}`);
      this.pending.push(put);
      request.signal.addEventListener("abort", () => act(() => reject(request.signal.reason)));
      if (Number(generation) < this.#generation) put.answer({ status: 403 });
      else if (this.isAutomatic) queueMicrotask(put.finish);
    });

  #begin(call: string): void {
    this.calls.push(call);
    if (this.errors.length > 0) throw this.errors.shift();
  }

  #video(id: string): FakeVideo {
    const video = this.videos.get(id);
    if (video === undefined) throw new FakeApiError(404, "not_found");
    return video;
  }

  #count({ file }: FakeVideo): number {
    return file.bytes > this.multipartAbove ? Math.ceil(file.bytes / this.partBytes) : 1;
  }

  #page(id: string, after: number): Upload {
    const video = this.#video(id);
    const parts = this.#count(video);
    const expiresAt = new Date(Date.now() + this.urlLifetimeMs).toISOString();
    const url = (part: number) => `s3:${id}/${part}?${this.#generation}`;
    if (parts === 1) {
      const headers = { "content-type": video.file.contentType, "if-none-match": "*" };
      return { kind: "single", method: "PUT", url: url(1), headers, expiresAt };
    }
    const last = Math.min(parts, after + this.pageUrls);
    const numbers = Array.from({ length: last - after }, (_, index) => after + index + 1);
    const { arrived } = video;
    return {
      kind: "multipart",
      partBytes: this.partBytes,
      parts,
      arrived: numbers.filter((n) => arrived.has(n)).map((number) => ({ number, bytes: 10, eTag: "" })),
      urls: numbers.filter((n) => !arrived.has(n)).map((number) => ({ number, url: url(number), expiresAt })),
      ...(last < parts && { next: last }),
    };
  }
}
