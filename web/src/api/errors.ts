import type { Problem } from "./schema";

/** An answer of the API that says no. `code` is the problem's stable code, or one made from the status. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly problem?: Problem;
  readonly retryAfterSeconds?: number;

  constructor(status: number, code: string, details: { problem?: Problem; retryAfterSeconds?: number } = {}) {
    super(details.problem?.detail ?? `The API answered ${status} (${code}).`);
    this.status = status;
    this.code = code;
    if (details.problem) this.problem = details.problem;
    if (details.retryAfterSeconds !== undefined) this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** No answer came: the browser is offline, or the server cannot be reached. */
export class OfflineError extends Error {
  override readonly name = "OfflineError";

  constructor(cause?: unknown) {
    super("No answer came from the server.", { cause });
  }
}

/** Codes for the answers of API Gateway, which have a `message` only. */
const codes: Record<number, string> = {
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  413: "too_large",
  429: "throttled",
  503: "unavailable",
};

/** Returns the error for an answer with this status and body. */
export function apiError(status: number, body: unknown, retryAfterSeconds?: number): ApiError {
  const details: { problem?: Problem; retryAfterSeconds?: number } = {};
  if (isProblem(body)) details.problem = body;
  if (retryAfterSeconds !== undefined) details.retryAfterSeconds = retryAfterSeconds;
  return new ApiError(status, details.problem?.code ?? codes[status] ?? "internal", details);
}

/** Returns whether an error only says that its call was aborted by the page itself. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "code" in body && typeof body.code === "string";
}
