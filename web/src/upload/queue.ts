import { FileChangedError, FilePermissionError } from "./failures";
import type { UploadList } from "./upload-list";
import type { UploadTask } from "./upload-task";

const CONCURRENT_FILES = 3;

/** Runs the uploads of a list, a few at a time, first come, first served. */
export class UploadQueue {
  constructor(
    private readonly list: UploadList,
    private readonly onArrived: (videoId: string) => void,
  ) {}

  /** Lets an upload wait for its turn, and no longer be paused. */
  enter(task: UploadTask): void {
    task.phase = "waiting";
    if (task.stored.paused) void task.change({ paused: false });
    this.schedule();
  }

  /** Begins uploads while there are places. */
  schedule(): void {
    let free = CONCURRENT_FILES - this.list.tasks.filter((task) => task.isRunning).length;
    for (const task of this.list.tasks) {
      if (free <= 0) break;
      if (task.phase !== "waiting") continue;
      free -= 1;
      void this.#run(task);
    }
    this.list.show();
  }

  async #run(task: UploadTask): Promise<void> {
    const { signal, finished } = task.run();
    try {
      await finished;
      if (!signal.aborted) this.arrive(task);
    } catch (error) {
      if (!signal.aborted) this.fail(task, error);
    }
    this.list.show();
  }

  /** Ends an upload whose bytes are all there. */
  arrive(task: UploadTask): void {
    task.phase = "arrived";
    task.source = undefined;
    void task.context.environment.storage.remove(task.id).then(() => task.release?.());
    this.schedule();
    this.onArrived(task.videoId);
  }

  /** Ends a run that cannot go on. */
  fail(task: UploadTask, error: unknown): void {
    task.reason = error;
    if (error instanceof FileChangedError) task.phase = "file_changed";
    else if (error instanceof FilePermissionError) task.phase = "needs_file";
    else task.phase = "refused";
    task.handleNeedsPermission = error instanceof FilePermissionError && task.stored.handle !== undefined;
    this.schedule();
  }
}
