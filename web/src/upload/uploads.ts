import type { ReadonlySignal } from "@preact/signals";
import { Slots } from "../slots";
import { browserEnvironment, type Environment } from "./environment";
import { hasCode, statusOf } from "./failures";
import { newUploads } from "./new-upload";
import { UploadQueue } from "./queue";
import { lockName, openByHandle, removeEverywhere, takeLock } from "./restoring";
import { isSameFile, SourceFile } from "./source-file";
import type { TabMessage } from "./tabs";
import type { ChosenFile, UploadBackend, UploadItem } from "./types";
import { UploadList } from "./upload-list";
import { UploadTask, type UploadContext } from "./upload-task";

/**
 * Browsers open six connections to a host that speaks HTTP/1.1, as S3 does. A request that waits for one would look
 * stalled. The sixth is for the API, which may be on the same host.
 */
const CONCURRENT_REQUESTS = 5;

/** The uploads of one user in this tab: a queue of files, each sent in parts, that survives pauses and reloads. */
export class Uploads {
  /** Called after all bytes of a video have arrived. */
  onArrived: ((videoId: string) => void) | undefined;
  readonly #list: UploadList;
  readonly #queue: UploadQueue;
  readonly #closed = new AbortController();
  readonly #context: UploadContext;
  readonly #unsubscribe: () => void;

  constructor(
    backend: UploadBackend,
    owner: string,
    private readonly environment: Environment = browserEnvironment(owner),
  ) {
    this.#list = new UploadList(environment);
    this.#queue = new UploadQueue(this.#list, (videoId) => this.onArrived?.(videoId));
    this.#context = {
      backend,
      environment,
      waker: new EventTarget(),
      onChange: () => this.#list.show(),
      slots: new Slots(CONCURRENT_REQUESTS),
    };
    this.#unsubscribe = environment.network.subscribe(() => this.#list.show());
    environment.tabs.listen((message) => this.#hear(message));
  }

  /** All uploads, those of other tabs included, in the order in which they were added. */
  get items(): ReadonlySignal<readonly UploadItem[]> {
    return this.#list.items;
  }

  /** Whether leaving the page would interrupt an upload. */
  get busy(): ReadonlySignal<boolean> {
    return this.#list.busy;
  }

  /** Shows the uploads that were not finished, and goes on with those whose file can be opened. */
  async restore(): Promise<void> {
    const stored = await this.environment.storage.all();
    if (this.#closed.signal.aborted) return;
    const known = new Set(this.#list.tasks.map((task) => task.id));
    const tasks = stored.filter(({ id }) => !known.has(id)).map((upload) => new UploadTask(upload, this.#context));
    for (const task of tasks) task.phase = "restoring";
    this.#list.add(tasks);
    this.#list.show();
    await Promise.all(tasks.map((task) => this.#own(task)));
  }

  /** Sends files, after those that are waiting already. */
  add(files: readonly ChosenFile[]): void {
    this.#list.add(newUploads(files, this.#context));
    this.#queue.schedule();
  }

  /** Stops sending until `resume`. Parts that have arrived stay on the server. */
  pause(id: string): void {
    const task = this.#list.find(id);
    if (task?.phase !== "waiting" && task?.phase !== "running") return;
    task.stop();
    task.phase = "paused";
    void task.change({ paused: true });
    this.#queue.schedule();
  }

  /**
   * Goes on with a paused upload, or opens the file of a restored one by its handle. Call it in a click, since the
   * browser may ask for permission.
   */
  resume(id: string): void {
    const task = this.#list.find(id);
    if (task?.phase === "paused") this.#queue.enter(task);
    if (task?.phase === "needs_file" || task?.phase === "file_changed") void this.#reopen(task);
  }

  /** Tries a refused upload again. */
  retry(id: string): void {
    const task = this.#list.find(id);
    if (task?.phase !== "refused") return;
    const isGone = task.stored.videoId === undefined || statusOf(task.reason) === 404;
    if (isGone) void task.forgetRecord();
    if (task.source || !isGone) this.#queue.enter(task);
    else {
      // a new record would be in vain without the file
      task.phase = "needs_file";
      void this.#reopen(task);
    }
  }

  /** Ends an upload and removes its record from the server. Only the tab that sends it can do that. */
  cancel(id: string): void {
    const task = this.#list.find(id);
    if (task === undefined || task.phase === "elsewhere") return;
    if (task.phase === "arrived") this.dismiss(id);
    else {
      void removeEverywhere(task);
      this.#drop(task);
    }
  }

  /** Removes an arrived upload from `items`. */
  dismiss(id: string): void {
    const task = this.#list.find(id);
    if (task?.phase === "arrived") this.#drop(task);
  }

  /** Goes on with a file that the user has chosen again. Another file than the first leads to `file_changed`. */
  giveFile(id: string, file: File, handle?: FileSystemFileHandle): void {
    const task = this.#list.find(id);
    if (task?.phase !== "needs_file" && task?.phase !== "file_changed") return;
    if (isSameFile(file, task.stored)) {
      task.source = new SourceFile(file, handle);
      if (handle) void task.change({ handle });
      this.#queue.enter(task);
    } else {
      task.phase = "file_changed";
      this.#list.show();
    }
  }

  /** Ends all pauses before repetitions, for example after the user has signed in again. */
  wake(): void {
    this.#context.waker.dispatchEvent(new Event("wake"));
  }

  /** Stops everything in this tab. What is stored stays, for `restore`. */
  dispose(): void {
    this.#closed.abort();
    for (const task of this.#list.tasks) {
      task.stop();
      void task.prepared.then(() => task.release?.());
    }
    this.#list.clear();
    this.#unsubscribe();
    this.environment.wakeLock.dispose();
    this.environment.tabs.dispose();
  }

  #hear(message: TabMessage): void {
    if (message.kind === "added") void this.restore();
    else {
      const task = this.#list.find(message.of.id);
      if (task) task.elsewhere = message.of;
      this.#list.show();
    }
  }

  #drop(task: UploadTask): void {
    this.#list.remove(task);
    this.#queue.schedule();
  }

  /** Becomes the owner of a stored upload, now or when the tab that owns it gives it up. */
  async #own(task: UploadTask): Promise<void> {
    const { locks } = this.environment;
    if (await takeLock(task, locks)) return this.#adopt(task);
    task.phase = "elsewhere";
    this.#list.show();
    const wait = locks.acquire(lockName(task), this.#closed.signal).then((release) => {
      task.release = release;
      return this.#adopt(task);
    });
    wait.catch(() => undefined); // this tab was closed first
  }

  async #adopt(task: UploadTask): Promise<void> {
    const stored = await this.environment.storage.find(task.id);
    if (stored) task.stored = stored;
    const phase = await openByHandle(task);
    if (stored === undefined || this.#closed.signal.aborted || task.isCancelled) {
      task.release?.();
      this.#drop(task);
      return;
    }
    task.phase = phase === "waiting" && stored.paused === true ? "paused" : phase;
    this.#queue.schedule();
    if (!task.isRunning && stored.videoId !== undefined) void this.#inspect(task);
  }

  async #inspect(task: UploadTask): Promise<void> {
    const { signal, finished } = task.inspect();
    try {
      await finished;
      // completing it needs no file
      if (task.parts?.allArrived && task.phase !== "paused") this.#queue.enter(task);
      this.#list.show();
    } catch (error) {
      if (signal.aborted) return;
      if (hasCode(error, "upload_over")) this.#queue.arrive(task);
      else this.#queue.fail(task, error);
    }
  }

  async #reopen(task: UploadTask): Promise<void> {
    this.#list.show();
    const { handle } = task.stored;
    if (handle === undefined || !(await SourceFile.askPermission(handle))) return;
    const phase = await openByHandle(task);
    // the user may have chosen the file, or cancelled, in the meantime
    if (task.isCancelled || (task.phase !== "needs_file" && task.phase !== "file_changed")) return;
    task.phase = phase;
    if (phase === "waiting") this.#queue.enter(task);
    this.#list.show();
  }
}
