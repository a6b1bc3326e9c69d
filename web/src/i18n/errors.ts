import { ApiError, OfflineError } from "../api/errors";
import type { Failure, Video } from "../api/schema";
import { NoAnswerError, StorageError } from "../upload/failures";
import { failureMessages, problemMessages } from "./error-messages";

/** Returns what went wrong with a call and what to do next, in the reader's language. */
export function problemText(error: unknown): string {
  if (error instanceof OfflineError) return problemMessages("offline");
  if (!(error instanceof ApiError)) return problemMessages(isStorageProblem(error) ? "storage" : "unknown");
  if (error.code === "throttled" || error.code === "unavailable") {
    return problemMessages(error.code, { count: error.retryAfterSeconds ?? 5 });
  }
  if (error.code === "rate_limited") {
    return problemMessages(error.code, { count: Math.ceil((error.retryAfterSeconds ?? 3600) / 60) });
  }
  if (error.code === "internal" && error.problem?.requestId) {
    return problemMessages("internal_with_id", { id: error.problem.requestId });
  }
  if (error.code === "invalid_request") {
    // the server names the field and what it must be, in English only
    const fields = error.problem?.errors?.map(({ field, detail }) => `${field}: ${detail}`) ?? [];
    return [problemMessages("invalid_request"), ...fields].join(" ");
  }
  return problemMessages(isProblemKey(error.code) ? error.code : "unknown");
}

/** Returns why a video failed and what its owner can do, in the reader's language. */
export function failureText(failure: Failure): { reason: string; advice: string } {
  // a newer server may have codes that this page has no words for
  if (!isFailureKey(failure.code)) return { reason: failure.message, advice: failureMessages("advice.internal") };
  return { reason: failureMessages(failure.code), advice: failureMessages(`advice.${failure.code}`) };
}

/** Failures of the file itself, which other options do not change. */
const OF_THE_FILE: ReadonlySet<string> = new Set<Failure["code"]>([
  "not_a_video",
  "no_video_stream",
  "unsupported_codec",
  "encrypted",
  "corrupt_video",
  "too_large",
  "too_many_pixels",
  "upload_mismatch",
  "upload_expired",
]);

/** Returns whether a video is finished and another try, perhaps with other options, may succeed. */
export function canRetry({ status, error }: Pick<Video, "status" | "error">): boolean {
  return status === "ready" || (status === "failed" && !(error && OF_THE_FILE.has(error.code)));
}

/** Whether the storage did not take a part: refused it, or gave no answer. */
function isStorageProblem(error: unknown): boolean {
  return error instanceof StorageError || error instanceof NoAnswerError;
}

function isProblemKey(code: string): code is keyof typeof problemMessages.table {
  return Object.hasOwn(problemMessages.table, code);
}

function isFailureKey(code: string): code is Failure["code"] {
  return Object.hasOwn(failureMessages.table, code);
}
