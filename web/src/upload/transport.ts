import { retryAfterSeconds } from "../retry-after";
import { NoAnswerError } from "./failures";

/** One request that sends bytes. */
export interface PutRequest {
  readonly method: string;
  readonly url: string;
  /** Signed, therefore sent unchanged. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Blob;
  readonly signal: AbortSignal;
  /** Called with the number of bytes sent so far. */
  readonly onProgress: (loaded: number) => void;
}

/** The storage's answer, whatever its status. */
export interface PutAnswer {
  readonly status: number;
  readonly retryAfterSeconds?: number;
}

/**
 * Sends one request. Rejects with the signal's reason at once if it is aborted, and with `NoAnswerError` if no
 * answer comes.
 */
export type Transport = (request: PutRequest) => Promise<PutAnswer>;

/** Sends by `XMLHttpRequest`, because `fetch` does not report the progress of a request's body. */
export const xhrTransport: Transport = (request) =>
  new Promise((resolve, reject) => {
    const { signal } = request;
    signal.throwIfAborted();
    const xhr = new XMLHttpRequest();
    const abort = () => xhr.abort();
    xhr.upload.onprogress = (event) => request.onProgress(event.loaded);
    xhr.onload = () => resolve(answerOf(xhr));
    xhr.onerror = () => reject(new NoAnswerError("The connection to the storage failed."));
    xhr.onabort = () => reject(signal.reason);
    xhr.onloadend = () => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort);
    xhr.open(request.method, request.url);
    for (const [name, value] of Object.entries(request.headers)) xhr.setRequestHeader(name, value);
    xhr.send(request.body);
  });

function answerOf(xhr: XMLHttpRequest): PutAnswer {
  // asking for one header that CORS does not expose would print an error to the console
  const seconds = retryAfterSeconds(/^retry-after:\s*(.*?)\s*$/im.exec(xhr.getAllResponseHeaders())?.[1]);
  return { status: xhr.status, ...(seconds !== undefined && { retryAfterSeconds: seconds }) };
}
