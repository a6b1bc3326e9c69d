import type { ReadonlySignal } from "@preact/signals";
import { browserEnvironment, type Environment } from "./environment";
import { FileChangedError, FilePermissionError, hasCode, statusOf } from "./failures";
import { newId } from "./ids";
import { lockName, openByHandle, prepare, removeEverywhere, takeLock } from "./restoring";
import { contentTypeOf, isSameFile, SourceFile } from "./source-file";
import type { ChosenFile, StoredUpload, UploadBackend, UploadItem } from "./types";
import { UploadList } from "./upload-list";
import { UploadTask, type UploadContext } from "./upload-task";

const CONCURRENT_FILES = 3;

/** The uploads of one user in this tab: a queue of files, each sent in parts, that survives pauses and reloads. */
export class Uploads {
  /** Called after all bytes of a video have arrived. */
  onArrived: ((videoId: string) => void) | undefined;
  readonly #list: UploadList;
  readonly #closed = new AbortController();
  readonly #context: UploadContext;
  readonly #unsubscribe: () => void;
  constructor(
    backend: UploadBackend,
    owner: string,
    private readonly environment: Environment = browserEnvironment(owner),
  ) {
    this.#list = new UploadList(environment.wakeLock);
    this.#context = { backend, environment, waker: new EventTarget(), onChange: () => this.#list.show() };
    this.#unsubscribe = environment.network.subscribe(() => this.#list.show());
    environment.storage.onAdded(() => void this.restore());
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
    const addedAt = Date.now();
    for (const [index, { file, handle, extraction }] of files.entries()) {
      const { name, size: bytes, lastModified } = file;
      const stored: StoredUpload = {
        id: newId(),
        // fractions keep the order of files that were added together
        addedAt: addedAt + index / files.length,
        name,
        bytes,
        lastModified,
        contentType: contentTypeOf(file),
        extraction,
        idempotencyKey: newId(),
        ...(handle && { handle }),
      };
      const task = new UploadTask(stored, this.#context);
      task.source = new SourceFile(file, handle);
      task.prepared = prepare(task);
      this.#list.add([task]);
    }
    this.#schedule();
  }

  /** Stops sending until `resume`. Parts that have arrived stay on the server. */
  pause(id: string): void {
    const task = this.#list.find(id);
    if (task?.phase !== "waiting" && task?.phase !== "running") return;
    task.stop();
    task.phase = "paused";
    void task.change({ paused: true });
    this.#schedule();
  }

  /**
   * Goes on with a paused upload, or opens the file of a restored one by its handle. Call it in a click, since the
   * browser may ask for permission.
   */
  resume(id: string): void {
    const task = this.#list.find(id);
    if (task?.phase === "paused") this.#queue(task);
    if (task?.phase === "needs_file" || task?.phase === "file_changed") void this.#reopen(task);
  }

  /** Tries a refused upload again. */
  retry(id: string): void {
    const task = this.#list.find(id);
    if (task?.phase !== "refused") return;
    const isGone = task.stored.videoId === undefined || statusOf(task.reason) === 404;
    if (isGone) void task.forgetRecord();
    this.#queue(task);
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
      this.#queue(task);
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
      task.release?.();
    }
    this.#list.clear();
    this.#unsubscribe();
    this.environment.wakeLock.dispose();
    this.environment.storage.dispose();
  }

  #drop(task: UploadTask): void {
    this.#list.remove(task);
    this.#schedule();
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
    if (stored === undefined || this.#closed.signal.aborted || task.isRemoved) {
      task.release?.();
      this.#drop(task);
      return;
    }
    task.phase = phase === "waiting" && stored.paused === true ? "paused" : phase;
    this.#schedule();
    if (!task.isRunning && stored.videoId !== undefined) void this.#inspect(task);
  }

  async #inspect(task: UploadTask): Promise<void> {
    const { signal, finished } = task.inspect();
    try {
      await finished;
      // completing it needs no file
      if (task.parts?.allArrived) this.#queue(task);
      this.#list.show();
    } catch (error) {
      if (signal.aborted) return;
      if (hasCode(error, "upload_over")) this.#arrive(task);
      else this.#fail(task, error);
    }
  }

  async #reopen(task: UploadTask): Promise<void> {
    const { handle } = task.stored;
    if (handle === undefined || !(await SourceFile.askPermission(handle))) return;
    const phase = await openByHandle(task);
    if (phase === "waiting") this.#queue(task);
    else task.phase = phase;
    this.#list.show();
  }

  #queue(task: UploadTask): void {
    task.phase = "waiting";
    if (task.stored.paused) void task.change({ paused: false });
    this.#schedule();
  }

  #schedule(): void {
    let free = CONCURRENT_FILES - this.#list.tasks.filter((task) => task.isRunning).length;
    for (const task of this.#list.tasks) {
      if (free <= 0) break;
      if (task.phase !== "waiting") continue;
      free -= 1;
      void this.#run(task);
    }
    this.#list.show();
  }

  async #run(task: UploadTask): Promise<void> {
    const { signal, finished } = task.run();
    try {
      await finished;
      if (!signal.aborted) this.#arrive(task);
    } catch (error) {
      if (!signal.aborted) this.#fail(task, error);
    }
    this.#list.show();
  }

  #arrive(task: UploadTask): void {
    task.phase = "arrived";
    task.isRemoved = true;
    task.source = undefined;
    void this.environment.storage.remove(task.id).then(() => task.release?.());
    this.#schedule();
    this.onArrived?.(task.videoId);
  }

  #fail(task: UploadTask, error: unknown): void {
    task.reason = error;
    if (error instanceof FileChangedError) task.phase = "file_changed";
    else if (error instanceof FilePermissionError) task.phase = "needs_file";
    else task.phase = "refused";
    task.handleNeedsPermission = error instanceof FilePermissionError && task.stored.handle !== undefined;
    this.#schedule();
  }
}
