import { afterEach, expect, it, vi } from "vitest";
import { retryAfterSeconds } from "./retry-after";

afterEach(() => vi.useRealTimers());

it("reads a number of seconds or a date, in whole seconds from now", () => {
  vi.useFakeTimers({ now: new Date("2026-11-21T12:00:00.500Z") });
  expect(retryAfterSeconds("12")).toBe(12);
  expect(retryAfterSeconds("Sat, 21 Nov 2026 12:01:00 GMT")).toBe(60);
  expect(retryAfterSeconds("Sat, 21 Nov 2026 11:00:00 GMT")).toBe(0);
});

it("ignores a header that is missing or is neither", () => {
  expect(retryAfterSeconds(null)).toBeUndefined();
  expect(retryAfterSeconds(undefined)).toBeUndefined();
  expect(retryAfterSeconds("soon")).toBeUndefined();
});
