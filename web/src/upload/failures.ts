/** No answer came: the connection failed, or could not be made. */
export class NoAnswerError extends Error {
  override name = "NoAnswerError";
}

/** A transfer made no progress for too long and was given up. */
export class StalledError extends NoAnswerError {
  override name = "StalledError";
}

/** The storage refused a part or a file. */
export class StorageError extends Error {
  override name = "StorageError";
  readonly code = "storage";

  constructor(
    readonly status: number,
    readonly retryAfterSeconds?: number,
  ) {
    super(`The storage answered ${status}.`);
  }
}

/** The file on disk is not the one that was chosen, or is gone. */
export class FileChangedError extends Error {
  override name = "FileChangedError";
}

/** The browser may not open the file before the user allows it again. */
export class FilePermissionError extends Error {
  override name = "FilePermissionError";
}

/** The way to handle a failed call. */
export type FailureKind = "no_answer" | "unauthorized" | "transient" | "refused";

/** Sorts the error of a call by what to do about it. */
export function failureKind(error: unknown): FailureKind {
  const status = statusOf(error);
  if (status === undefined) return "no_answer";
  if (status === 401) return "unauthorized";
  return isBusy(status) ? "transient" : "refused";
}

/** Whether the same request may succeed later. */
export function isBusy(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** The HTTP status of an error, if there was an answer. */
export function statusOf(error: unknown): number | undefined {
  const status = field(error, "status");
  return typeof status === "number" && status > 0 ? status : undefined;
}

/** The server's `Retry-After` in seconds. */
export function retryAfterOf(error: unknown): number | undefined {
  const seconds = field(error, "retryAfterSeconds");
  return typeof seconds === "number" && seconds >= 0 ? seconds : undefined;
}

/** Whether the API's error has this code. */
export function hasCode(error: unknown, code: string): boolean {
  return statusOf(error) !== undefined && field(error, "code") === code;
}

function field(error: unknown, name: string): unknown {
  return typeof error === "object" && error !== null ? (error as Record<string, unknown>)[name] : undefined;
}
