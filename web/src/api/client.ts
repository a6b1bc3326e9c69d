import createClient from "openapi-fetch";
import { idToken, renewedToken } from "../auth/session";
import { retryAfterSeconds } from "../retry-after";
import { baseUrl } from "./base";
import { apiError, OfflineError } from "./errors";
import type { paths } from "./schema";
import { throttle, throttleOver, waitingSeconds } from "./throttle";

export { ApiError, isAbort, OfflineError } from "./errors";
export { throttledUntil } from "./throttle";

/** A GET is sent at most this often while the API asks us to wait. */
const MOST_TRIES = 6;

/** The typed client of our API. It adds the ID token, renews it once on 401 and repeats throttled GETs. */
export const api: ReturnType<typeof createClient<paths>> = createClient<paths>({
  baseUrl: baseUrl().href,
  fetch: signedInFetch,
});

/** Returns the data of a call, or throws an `ApiError` or an `OfflineError`. */
export async function result<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  throw apiError(response.status, error, waitingSeconds(response) ?? retryAfterSeconds(response.headers.get("retry-after")));
}

async function signedInFetch(request: Request): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    if (request.method === "GET") await throttleOver(request.signal);
    const response = await withToken(request);
    const seconds = waitingSeconds(response);
    if (seconds === undefined) return response;
    throttle(seconds);
    if (request.method !== "GET" || tries === MOST_TRIES) return response;
  }
}

async function withToken(request: Request): Promise<Response> {
  const token = await orAborted(idToken(), request.signal);
  const response = await send(request, token);
  if (response.status !== 401) return response;
  return send(request, await orAborted(renewedToken(token), request.signal));
}

async function send(request: Request, token: string): Promise<Response> {
  // the original is kept, because a body can be sent only once
  const copy = request.clone();
  copy.headers.set("authorization", `Bearer ${token}`);
  try {
    return await fetch(copy);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new OfflineError(error);
  }
}

/** A call may wait long for a token: until the user has signed in again. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason);
    if (signal.aborted) return aborted();
    signal.addEventListener("abort", aborted, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", aborted));
  });
}
