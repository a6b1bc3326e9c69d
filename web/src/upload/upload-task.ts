import type { CreatedVideo } from "../api/schema";
import type { Slots } from "../slots";
import { Connection } from "./connection";
import type { Environment } from "./environment";
import { newId } from "./ids";
import type { Release } from "./locks";
import type { Parts } from "./parts";
import type { SourceFile } from "./source-file";
import { Speed } from "./speed";
import type { TabProgress } from "./tabs";
import { readParts, transfer } from "./transfer";
import type { StoredUpload, UploadBackend, UploadItem, UploadState } from "./types";

/** The objects that all uploads share. */
export interface UploadContext {
  readonly backend: UploadBackend;
  readonly environment: Environment;
  /** An event `wake` ends all pauses before repetitions. */
  readonly waker: EventTarget;
  /** Called whenever a task may look different. */
  readonly onChange: () => void;
  /** The requests of bytes that may be in flight. */
  readonly slots: Slots;
}

/**
 * `running` has a place among the uploads that are sent; its connection decides how that is shown. `restoring` is
 * shown as `waiting`.
 */
type Phase = Exclude<UploadState, "sending" | "offline"> | "running" | "restoring";

/** Work on an upload. `signal` is aborted if it was stopped, and then its result counts for nothing. */
export interface TaskRun {
  readonly signal: AbortSignal;
  readonly finished: Promise<void>;
}

/** One upload: its data, its state, and its current run. */
export class UploadTask {
  phase: Phase = "waiting";
  reason: unknown;
  source: SourceFile | undefined;
  parts: Parts | undefined;
  handleNeedsPermission = false;
  /** Gives up the ownership among the tabs. */
  release: Release | undefined;
  /** The lock and the stored entry of a new upload. */
  prepared: Promise<void> = Promise.resolve();
  isCancelled = false;
  /** The last report of the owner, in `elsewhere`. */
  elsewhere: TabProgress | undefined;
  /** The task as it was shown last. */
  item: UploadItem;
  /** The call that creates the record, while no answer has come. */
  creating: Promise<CreatedVideo> | undefined;
  readonly #speed = new Speed();
  #controller = new AbortController();
  #connection: Connection | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(
    public stored: StoredUpload,
    readonly context: UploadContext,
  ) {
    this.item = this.refresh();
  }

  get id(): string {
    return this.stored.id;
  }

  get isRunning(): boolean {
    return this.phase === "running";
  }

  /** The id of the record, which must exist. */
  get videoId(): string {
    if (this.stored.videoId === undefined) throw new Error("The record has not been created.");
    return this.stored.videoId;
  }

  /** Runs the upload until it is complete. */
  run(): TaskRun {
    const connection = this.#begin();
    this.phase = "running";
    const finished = this.#ended.then(async () => {
      await this.prepared;
      connection.signal.throwIfAborted();
      await transfer(this, connection);
    });
    this.#ended = finished.catch(() => undefined);
    return { signal: connection.signal, finished };
  }

  /** Asks the server what has arrived, for an upload that does not run. A run stops it. */
  inspect(): TaskRun {
    const connection = this.#begin();
    const finished = readParts(this, connection).then((parts) => {
      connection.signal.throwIfAborted();
      this.parts = parts;
    });
    return { signal: connection.signal, finished };
  }

  /** Stops the run at once. */
  stop(): void {
    this.#controller.abort();
  }

  /** Creates the record. A repetition returns the same one. */
  create(): Promise<CreatedVideo> {
    const { name, bytes, contentType, extraction, idempotencyKey } = this.stored;
    const creating = this.context.backend.create({ fileName: name, bytes, contentType, extraction }, idempotencyKey);
    this.creating = creating;
    return creating;
  }

  /** Changes the stored entry. */
  async change(fields: Partial<StoredUpload>): Promise<void> {
    this.stored = { ...this.stored, ...fields };
    this.context.onChange();
    if (!this.isCancelled) await this.context.environment.storage.put(this.stored);
  }

  /** Begins again with a new record, because the old one is gone or could not be created. */
  async forgetRecord(): Promise<void> {
    const { videoId: _, ...rest } = this.stored;
    this.stored = rest;
    this.parts = undefined;
    this.creating = undefined;
    await this.change({ idempotencyKey: newId() });
  }

  /** Counts bytes that were moved. */
  moved(bytes: number): void {
    this.#speed.add(bytes);
  }

  /** Measures the speed. `now` is in milliseconds. */
  tick(now: number): void {
    if (this.#state === "sending") this.#speed.tick(now);
  }

  /** Updates and returns `item`. The object stays the same if nothing has changed. */
  refresh(): UploadItem {
    const next = this.#snapshot();
    const before: UploadItem | undefined = this.item;
    const keys = Object.keys(next) as (keyof UploadItem)[];
    const isSame =
      before !== undefined &&
      Object.keys(before).length === keys.length &&
      keys.every((key) => Object.is(before[key], next[key]));
    if (!isSame) this.item = next;
    return this.item;
  }

  get #state(): UploadState {
    if (this.phase === "running") return this.#connection?.state ?? "waiting";
    return this.phase === "restoring" ? "waiting" : this.phase;
  }

  #snapshot(): UploadItem {
    const { id, videoId, name, bytes } = this.stored;
    const state = this.#state;
    if (state !== "sending") this.#speed.reset();
    const { sent, bytesPerSecond, secondsLeft } = this.#progress(state);
    return {
      id,
      ...(videoId !== undefined && { videoId }),
      name,
      bytes,
      sent,
      state,
      ...(state === "refused" && { reason: this.reason }),
      ...(bytesPerSecond !== undefined && { bytesPerSecond }),
      ...(secondsLeft !== undefined && { secondsLeft }),
      ...(state === "needs_file" && this.handleNeedsPermission && { handleNeedsPermission: true }),
    };
  }

  #progress(state: UploadState): Omit<TabProgress, "id"> {
    const { bytes } = this.stored;
    if (state === "elsewhere") return this.elsewhere ?? { sent: 0 };
    const sent = state === "arrived" ? bytes : (this.parts?.sent ?? 0);
    const { bytesPerSecond } = this.#speed;
    const secondsLeft = this.#speed.secondsLeft(bytes - sent);
    return {
      sent,
      ...(bytesPerSecond !== undefined && { bytesPerSecond }),
      ...(secondsLeft !== undefined && { secondsLeft }),
    };
  }

  #begin(): Connection {
    this.stop();
    this.#controller = new AbortController();
    const { environment, waker, onChange } = this.context;
    const { network, random } = environment;
    this.#connection = new Connection({ signal: this.#controller.signal, network, random, waker, onChange });
    return this.#connection;
  }
}
