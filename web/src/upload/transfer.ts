import type { Upload } from "../api/schema";
import type { Backoff } from "./backoff";
import type { Connection } from "./connection";
import { FilePermissionError, hasCode, StorageError } from "./failures";
import { Parts } from "./parts";
import { putOnce } from "./put";
import type { PutAnswer, PutRequest } from "./transport";
import type { UploadContext, UploadTask } from "./upload-task";

const CONCURRENT_PARTS = 4;
/** How often parts may be missing although each was sent, before that counts as an error. */
const MAX_ROUNDS = 3;

/**
 * Does everything that an upload still lacks: creates the record, sends the parts that have not arrived, completes
 * the upload. May be called again after any failure. Rejects with the reason why it cannot go on.
 */
export async function transfer(task: UploadTask, connection: Connection): Promise<void> {
  try {
    await createRecord(task, connection);
    for (let round = 1; ; round += 1) {
      task.parts ??= await readParts(task, connection);
      await sendParts(task, task.parts, connection);
      if (await complete(task, connection, round === MAX_ROUNDS)) return;
      task.parts = undefined;
    }
  } catch (error) {
    if (!hasCode(error, "upload_over")) throw error;
    // all bytes have arrived
  }
}

/** Asks the server which parts have arrived. */
export function readParts(task: UploadTask, connection: Connection): Promise<Parts> {
  return Parts.readAll(task.stored.bytes, (after) => readPage(task, connection, after));
}

function readPage(task: UploadTask, connection: Connection, after: number): Promise<Upload> {
  const { backend } = task.context;
  return connection.call(() => backend.read(task.videoId, after === 0 ? undefined : after, connection.signal));
}

async function createRecord(task: UploadTask, connection: Connection): Promise<void> {
  if (task.stored.videoId !== undefined) return;
  const { video, upload } = await connection.call(() => task.create());
  await task.change({ videoId: video.id });
  // without `upload`, reading it reports that all bytes have arrived
  if (upload) task.parts = new Parts(task.stored.bytes, upload);
}

/** Returns whether the upload is complete. If not, parts are missing. */
async function complete(task: UploadTask, connection: Connection, isLast: boolean): Promise<boolean> {
  try {
    await connection.call(() => task.context.backend.complete(task.videoId));
    return true;
  } catch (error) {
    if (isLast || !hasCode(error, "upload_incomplete")) throw error;
    return false;
  }
}

/** Sends the parts that have not arrived, several at a time. The first failure stops the others. */
async function sendParts(task: UploadTask, parts: Parts, connection: Connection): Promise<void> {
  parts.rewind();
  if (parts.allArrived) return;
  await task.source?.check();
  const failed = new AbortController();
  const signal = AbortSignal.any([connection.signal, failed.signal]);
  const lane = async () => {
    for (let part = parts.take(); part !== undefined; part = parts.take()) {
      await sendPart(task, parts, part, connection.until(signal));
    }
  };
  try {
    const lanes = Array.from({ length: CONCURRENT_PARTS }, lane);
    await Promise.all(lanes.map((sent) => sent.catch((error: unknown) => failed.abort(error))));
    signal.throwIfAborted();
    // a change that no request has noticed
    await task.source?.check();
  } finally {
    parts.rewind();
  }
}

/** Sends one part until it has arrived. */
async function sendPart(task: UploadTask, parts: Parts, part: number, connection: Connection): Promise<void> {
  const { signal } = connection;
  const backoff = connection.newBackoff();
  const { start, end } = parts.range(part);
  const onProgress = (loaded: number) => task.moved(parts.progress(part, loaded));
  for (;;) {
    const target = await parts.target(part, (after) => readPage(task, connection, after));
    if (target === undefined) return;
    await connection.online();
    if (task.source === undefined) throw new FilePermissionError();
    const request = { ...target, body: task.source.file.slice(start, end), signal, onProgress };
    try {
      const { status, retryAfterSeconds } = await putInTurn(request, task.context, connection);
      // 412: an earlier attempt has arrived, but its answer was lost
      if (status >= 300 && status !== 412) throw new StorageError(status, retryAfterSeconds);
      parts.finish(part);
      return;
    } catch (error) {
      // the server reports whether the part has arrived nevertheless, and returns a fresh URL if not
      parts.forget(part);
      signal.throwIfAborted();
      await recover(task, error, connection, backoff);
    }
  }
}

/** Sends one request as soon as the browser has a connection for it. */
function putInTurn(
  request: PutRequest,
  { slots, environment }: UploadContext,
  connection: Connection,
): Promise<PutAnswer> {
  const put = () => connection.during("sending", putOnce(request, environment.transport, environment.network));
  return slots.run(put, { signal: request.signal });
}

/** Prepares the next attempt after a failed one, or rejects if there must be none. */
async function recover(task: UploadTask, error: unknown, connection: Connection, backoff: Backoff): Promise<void> {
  // browsers report a file that has changed as a failed connection
  await task.source?.check();
  if (!connection.isOnline) return;
  if (backoff.exhausted) throw error;
  const answer = error instanceof StorageError ? error : undefined;
  const pause = backoff.next(answer?.retryAfterSeconds);
  // most likely the URL has expired, which needs no pause
  if (answer?.status === 403 && backoff.retries === 1) return;
  await connection.pause(pause);
}
