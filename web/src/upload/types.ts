import type { CreatedVideo, ExtractionOptions, Upload } from "../api/schema";

/**
 * The state of an upload:
 *
 * - `waiting`: in the queue, or for the session or a busy server
 * - `sending`, `paused`
 * - `offline`: goes on by itself
 * - `file_changed`: the file differs from the one that was chosen; the original must be chosen again
 * - `needs_file`: the page was reloaded and cannot open the file by itself
 * - `elsewhere`: another tab sends it
 * - `refused`: `reason` says why; `retry` tries again
 * - `arrived`: all bytes are there
 */
export type UploadState =
  | "waiting"
  | "sending"
  | "paused"
  | "offline"
  | "file_changed"
  | "needs_file"
  | "elsewhere"
  | "refused"
  | "arrived";

/** One upload as it is shown. A new object for each change. */
export interface UploadItem {
  readonly id: string;
  /** Absent until the server has created the record. */
  readonly videoId?: string;
  readonly name: string;
  readonly bytes: number;
  /** Bytes that have arrived or are in flight. Falls when a part has to be sent again. */
  readonly sent: number;
  readonly state: UploadState;
  /** The error, in `refused`. */
  readonly reason?: unknown;
  /** Present while sending, once there is enough data. */
  readonly bytesPerSecond?: number;
  readonly secondsLeft?: number;
  /** In `needs_file`: `resume`, called in a click, can ask for the permission to read the file again. */
  readonly handleNeedsPermission?: boolean;
}

/** A file that the user has chosen. The handle allows going on after a reload without choosing it again. */
export interface ChosenFile {
  readonly file: File;
  readonly handle?: FileSystemFileHandle;
  readonly extraction: ExtractionOptions;
}

/** The body of `POST /videos`. */
export interface NewFile {
  readonly fileName: string;
  readonly bytes: number;
  readonly contentType: string;
  readonly extraction: ExtractionOptions;
}

/**
 * The calls of the API that uploads need. A call that was answered with an error rejects with an error that has
 * the numeric `status`, and `code` and `retryAfterSeconds` if known (`ApiError`). Any other rejection means that
 * no answer came, and the call is repeated.
 */
export interface UploadBackend {
  create(file: NewFile, key: string): Promise<CreatedVideo>;
  read(videoId: string, after?: number, signal?: AbortSignal): Promise<Upload>;
  complete(videoId: string): Promise<unknown>;
  remove(videoId: string): Promise<void>;
}

/** The facts about an upload that the browser stores. Its bytes are never stored. */
export interface StoredUpload {
  readonly id: string;
  /** Milliseconds since 1970. Uploads are restored in this order. */
  readonly addedAt: number;
  readonly name: string;
  readonly bytes: number;
  readonly lastModified: number;
  readonly contentType: string;
  readonly extraction: ExtractionOptions;
  /** Stored before the record is created, so that a repetition after a crash creates no second video. */
  readonly idempotencyKey: string;
  readonly videoId?: string;
  readonly handle?: FileSystemFileHandle;
  /** The user paused it, so it does not go on by itself after a reload. */
  readonly paused?: boolean;
}
