import { newId } from "./ids";
import { prepare } from "./restoring";
import { contentTypeOf, SourceFile } from "./source-file";
import type { ChosenFile } from "./types";
import { UploadTask, type UploadContext } from "./upload-task";

/** Begins an upload for each file: takes its lock and stores it. */
export function newUploads(files: readonly ChosenFile[], context: UploadContext): UploadTask[] {
  const now = Date.now();
  return files.map(({ file, handle, extraction }, index) => {
    const { name, size: bytes, lastModified } = file;
    const task = new UploadTask(
      {
        id: newId(),
        // fractions keep the order of files that were added together
        addedAt: now + index / files.length,
        name,
        bytes,
        lastModified,
        contentType: contentTypeOf(file),
        extraction,
        idempotencyKey: newId(),
        ...(handle && { handle }),
      },
      context,
    );
    task.source = new SourceFile(file, handle);
    task.prepared = prepare(task);
    return task;
  });
}
