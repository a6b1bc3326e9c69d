import { type ReadonlySignal, signal } from "@preact/signals";
import { pause } from "../pause";
import { retryAfterSeconds } from "../retry-after";

/** Neither API Gateway nor Lambda says when to come back. */
const DEFAULT_SECONDS = 5;
const LONGEST_SECONDS = 300;

const until = signal<number | undefined>(undefined);
let clearing: ReturnType<typeof setTimeout> | undefined;

/** The time (ms since 1970) until which the API asked us to wait, or `undefined`. */
export const throttledUntil: ReadonlySignal<number | undefined> = until;

/** Returns how long an answer asks us to wait, or `undefined` for an answer that does not. */
export function waitingSeconds(response: Response): number | undefined {
  if (response.status !== 429 && response.status !== 503) return undefined;
  // a refusal by the API itself is about one kind of call; only API Gateway throttles all of them
  if (response.headers.get("content-type")?.startsWith("application/problem+json")) return undefined;
  const seconds = retryAfterSeconds(response.headers.get("retry-after")) ?? DEFAULT_SECONDS;
  return Math.min(Math.max(seconds, 1), LONGEST_SECONDS);
}

/** Records that the API asked us to wait. A shorter wait never replaces a longer one. */
export function throttle(seconds: number): void {
  const end = Date.now() + seconds * 1000;
  if ((until.peek() ?? 0) >= end) return;
  until.value = end;
  clearTimeout(clearing);
  clearing = setTimeout(() => (until.value = undefined), seconds * 1000);
}

/** Waits until the API takes requests again. Waiters are spread over a second so that they do not come at once. */
export async function throttleOver(signal: AbortSignal): Promise<void> {
  for (let end = until.peek(); end !== undefined; end = until.peek()) {
    await pause(Math.max(end - Date.now(), 0) + Math.random() * 1000, signal);
    if (until.peek() === end) return;
  }
}
