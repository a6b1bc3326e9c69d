import { FileChangedError } from "./failures";
import type { Locks } from "./locks";
import { SourceFile } from "./source-file";
import type { UploadTask } from "./upload-task";

/** The lock that makes one tab the owner of an upload. */
export function lockName(task: UploadTask): string {
  return `framezip-upload-${task.id}`;
}

/** Takes the lock of a new upload, stores the upload and reports it to the other tabs. */
export async function prepare(task: UploadTask): Promise<void> {
  const { locks, storage, tabs } = task.context.environment;
  // before it is stored, so that no other tab takes it
  await takeLock(task, locks);
  await storage.put(task.stored);
  tabs.post({ kind: "added" });
}

/** Takes the lock of an upload, unless another tab has it. */
export async function takeLock(task: UploadTask, locks: Locks): Promise<boolean> {
  // a browser that refuses locks must not prevent uploads
  const release = await locks.tryAcquire(lockName(task)).catch(() => () => undefined);
  task.release = release;
  return release !== undefined;
}

/** Opens the file by its stored handle, if there is one, and returns the state that follows. */
export async function openByHandle(task: UploadTask): Promise<"waiting" | "needs_file" | "file_changed"> {
  const { handle } = task.stored;
  task.handleNeedsPermission = false;
  if (handle === undefined) return "needs_file";
  try {
    task.source = await SourceFile.open(handle, task.stored);
    return "waiting";
  } catch (error) {
    if (error instanceof FileChangedError) return "file_changed";
    task.handleNeedsPermission = true;
    return "needs_file";
  }
}

/** Removes a cancelled upload: its stored entry, then its record on the server if that is possible. */
export async function removeEverywhere(task: UploadTask): Promise<void> {
  const { backend, environment } = task.context;
  task.isCancelled = true;
  task.stop();
  await task.prepared;
  await environment.storage.remove(task.id);
  task.release?.();
  // the record may be created at this very moment
  const created = await task.creating?.catch(() => undefined);
  const videoId = task.stored.videoId ?? created?.video.id;
  if (videoId !== undefined) await backend.remove(videoId).catch(() => undefined);
}
