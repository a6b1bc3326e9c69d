import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { NoAnswerError } from "./failures";
import { xhrTransport } from "./transport";

/** As much of `XMLHttpRequest` as the transport uses. */
class FakeRequest {
  static last: FakeRequest;
  readonly upload: { onprogress?: (event: { loaded: number }) => void } = {};
  readonly headers: Record<string, string> = {};
  readonly open = vi.fn();
  readonly send = vi.fn();
  onload?: () => void;
  onerror?: () => void;
  onabort?: () => void;
  onloadend?: () => void;
  status = 0;
  responseHeaders = "";

  constructor() {
    FakeRequest.last = this;
  }

  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }

  getAllResponseHeaders(): string {
    return this.responseHeaders;
  }

  abort(): void {
    this.end(() => this.onabort?.());
  }

  end(event: () => void): void {
    event();
    this.onloadend?.();
  }
}

beforeEach(() => vi.stubGlobal("XMLHttpRequest", FakeRequest));
afterEach(() => vi.unstubAllGlobals());

function begin() {
  const controller = new AbortController();
  const onProgress = vi.fn();
  const headers = { "content-type": "video/mp4", "if-none-match": "*" };
  const request = { method: "PUT", url: "https://s3/1", headers, body: new Blob(["abc"]) };
  const answer = xhrTransport({ ...request, signal: controller.signal, onProgress });
  return { answer, controller, onProgress, request, xhr: FakeRequest.last };
}

it("sends the headers and the body, and reports progress", async () => {
  const { answer, onProgress, request, xhr } = begin();
  expect(xhr.open).toHaveBeenCalledWith("PUT", "https://s3/1");
  expect(xhr.headers).toEqual(request.headers);
  expect(xhr.send).toHaveBeenCalledWith(request.body);
  xhr.upload.onprogress?.({ loaded: 2 });
  expect(onProgress).toHaveBeenCalledWith(2);
  xhr.status = 200;
  xhr.end(() => xhr.onload?.());
  await expect(answer).resolves.toEqual({ status: 200 });
});

it("returns answers that are errors, with their Retry-After", async () => {
  const { answer, xhr } = begin();
  xhr.status = 503;
  xhr.responseHeaders = "content-type: text/xml\r\nretry-after: 12\r\n";
  xhr.end(() => xhr.onload?.());
  await expect(answer).resolves.toEqual({ status: 503, retryAfterSeconds: 12 });
});

it("rejects if no answer comes", async () => {
  const { answer, xhr } = begin();
  xhr.end(() => xhr.onerror?.());
  await expect(answer).rejects.toBeInstanceOf(NoAnswerError);
});

it("is aborted at once, with the signal's reason", async () => {
  const { answer, controller } = begin();
  controller.abort("paused");
  await expect(answer).rejects.toBe("paused");
});

it("does not abort a request that has ended", async () => {
  const { answer, controller, xhr } = begin();
  const abort = vi.spyOn(xhr, "abort");
  xhr.end(() => xhr.onload?.());
  await answer;
  controller.abort();
  expect(abort).not.toHaveBeenCalled();
});

it("opens no request if the signal is aborted already", async () => {
  const signal = AbortSignal.abort("cancelled");
  const request = { method: "PUT", url: "", headers: {}, body: new Blob(), signal, onProgress: () => undefined };
  await expect(xhrTransport(request)).rejects.toBe("cancelled");
});
