import { signal } from "@preact/signals";
import { ApiError } from "../../api/errors";
import { withLinks } from "../../api/links";
import type { Video, VideoView } from "../../api/types";
import { deleteVideo, readVideo } from "../../api/videos";
import { pause } from "../../pause";
import { ZipChangedError } from "../../zip";

/** The calls that the store makes; tests give others. */
export interface VideoCalls {
  read(id: string, user?: string, signal?: AbortSignal): Promise<VideoView>;
  remove(id: string, user?: string): Promise<void>;
}

const FIRST_DELAY = 1_000;
const LAST_DELAY = 5_000;
const OFFLINE_DELAY = 10_000;
/** Links are renewed this long before they expire. */
const BEFORE_EXPIRY = 120_000;
/** A link with less time left is not begun with. */
const SHORTEST_USE = 30_000;

/** The record of one video, kept current while it is worked on. Its links are renewed before they expire. */
export class VideoStore {
  /** The record, as soon as it is known. */
  readonly video = signal<VideoView | undefined>(undefined);
  /** Whether the server has no such video, or not any more. */
  readonly missing = signal(false);
  /** Why the record could not be kept current at the last read; undefined after one that succeeded. */
  readonly problem = signal<unknown>(undefined);

  readonly id: string;
  readonly user: string | undefined;
  readonly #calls: VideoCalls;
  readonly #stop = new AbortController();
  #wake: (() => void) | undefined;
  #used: string | undefined;

  constructor(id: string, user?: string, calls: VideoCalls = { read: readVideo, remove: deleteVideo }) {
    this.id = id;
    this.user = user;
    this.#calls = calls;
  }

  /** Begins to read the record, and goes on until the store is disposed of. */
  start(): void {
    const { signal } = this.#stop;
    const wake = () => this.#wake?.();
    addEventListener("online", wake, { signal });
    document.addEventListener("visibilitychange", wake, { signal });
    this.#follow(signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  /** Ends all reads. */
  dispose(): void {
    this.#stop.abort();
  }

  /** Reads the record now, because the user asked for it. */
  refresh(): void {
    this.missing.value = false;
    this.#wake?.();
  }

  /** Takes the record that another call returned, such as a retry. The links to the last result stay. */
  replace(video: Video): void {
    this.video.value = withLinks(video, this.video.peek());
    this.#wake?.();
  }

  /** Deletes the video. */
  async remove(): Promise<void> {
    await this.#calls.remove(this.id, this.user);
    this.dispose();
  }

  /** Returns a link to the zip that has not been handed out before. */
  readonly link = async (): Promise<string> => {
    const known = this.video.peek()?.download;
    const lasts = known ? Date.parse(known.expiresAt) - Date.now() > SHORTEST_USE : false;
    const download = known && lasts && known.url !== this.#used ? known : (await this.#readNow()).download;
    if (!download) throw new ZipChangedError("The video is extracted again.");
    this.#used = download.url;
    return download.url;
  };

  /** Returns a link to the zip for the browser's own download. */
  async downloadUrl(): Promise<string | undefined> {
    // read again: a link to a zip that was deleted elsewhere would lead away from the page
    return (await this.#readNow()).download?.url;
  }

  /** Reads the record between two reads of the rhythm, which adapts to a new status. */
  async #readNow(): Promise<VideoView> {
    const status = this.video.peek()?.status;
    const video = await this.#read();
    if (video.status !== status) this.#wake?.();
    return video;
  }

  async #read(): Promise<VideoView> {
    try {
      const video = await this.#calls.read(this.id, this.user, this.#stop.signal);
      this.#stop.signal.throwIfAborted();
      this.problem.value = undefined;
      this.missing.value = false;
      this.video.value = video;
      return video;
    } catch (error) {
      if (this.#stop.signal.aborted) throw error;
      if (error instanceof ApiError && error.status === 404) this.missing.value = true;
      throw error;
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    for (let delay = FIRST_DELAY; !signal.aborted; ) {
      if (document.hidden) {
        await this.#sleep(undefined);
        continue;
      }
      const status = this.video.peek()?.status;
      try {
        const video = await this.#read();
        delay = video.status === status ? Math.min(delay * 1.3, LAST_DELAY) : FIRST_DELAY;
        await this.#sleep(untilNextRead(video, delay));
      } catch (error) {
        signal.throwIfAborted();
        // other reads reject
        if (!this.missing.peek()) this.problem.value = error;
        delay = Math.min(delay * 2, OFFLINE_DELAY);
        const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
        await this.#sleep(this.missing.peek() ? undefined : Math.max(delay, asked));
      }
    }
  }

  /** Sleeps until it is woken, the time is over, or the store is disposed of. */
  #sleep(milliseconds: number | undefined): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#stop.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    if (milliseconds === undefined) return woken;
    const over = new AbortController();
    const timer = pause(milliseconds, over.signal).catch(() => undefined);
    return Promise.race([woken, timer]).finally(() => over.abort());
  }
}

/** Returns undefined if nothing changes by itself. */
function untilNextRead(video: VideoView, delay: number): number | undefined {
  if (video.status === "failed" && !video.download) return undefined;
  if (video.status !== "ready" && video.status !== "failed") return delay;
  if (!video.download) return LAST_DELAY;
  return Math.max(Date.parse(video.download.expiresAt) - Date.now() - BEFORE_EXPIRY, 60_000);
}
