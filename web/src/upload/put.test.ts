import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeNetwork } from "./fake-browser";
import { StalledError } from "./failures";
import { ANSWER_MS, putOnce, RECONNECT_MS, STALL_MS } from "./put";
import type { PutRequest, Transport } from "./transport";

let sent: PutRequest;
let result: Promise<unknown>;
let resolve: (answer: { status: number }) => void;
let network: FakeNetwork;

const transport: Transport = (request) =>
  new Promise((done, reject) => {
    sent = request;
    resolve = done;
    request.signal.addEventListener("abort", () => reject(request.signal.reason));
  });

beforeEach(() => {
  vi.useFakeTimers();
  network = new FakeNetwork();
  const { signal } = new AbortController();
  const body = new Blob(["12345"]);
  const request = { method: "PUT", url: "u", headers: {}, body, signal, onProgress: () => undefined };
  result = putOnce(request, transport, network);
  result.catch(() => undefined);
});
afterEach(() => vi.useRealTimers());

it("gives up a request that makes no progress", async () => {
  vi.advanceTimersByTime(STALL_MS - 1);
  expect(sent.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  await expect(result).rejects.toBeInstanceOf(StalledError);
});

it("never gives up a slow one that moves", () => {
  for (let loaded = 1; loaded <= 4; loaded += 1) {
    vi.advanceTimersByTime(STALL_MS - 1);
    sent.onProgress(loaded);
  }
  expect(sent.signal.aborted).toBe(false);
});

it("does not count events without progress", () => {
  sent.onProgress(2);
  vi.advanceTimersByTime(STALL_MS - 1);
  sent.onProgress(2);
  vi.advanceTimersByTime(1);
  expect(sent.signal.aborted).toBe(true);
});

it("waits longer for the answer after the last byte", () => {
  sent.onProgress(5);
  vi.advanceTimersByTime(ANSWER_MS - 1);
  expect(sent.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(sent.signal.aborted).toBe(true);
});

it("gives up soon after the network is back", () => {
  network.switch(false);
  vi.advanceTimersByTime(RECONNECT_MS);
  expect(sent.signal.aborted).toBe(false);
  network.switch(true);
  vi.advanceTimersByTime(RECONNECT_MS);
  expect(sent.signal.aborted).toBe(true);
});

it("leaves nothing after the answer", async () => {
  resolve({ status: 200 });
  await expect(result).resolves.toEqual({ status: 200 });
  expect(vi.getTimerCount()).toBe(0);
  network.switch(true);
  expect(vi.getTimerCount()).toBe(0);
});
