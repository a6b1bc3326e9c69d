import { expect, it } from "vitest";
import { Backoff } from "./backoff";

it("pauses are random between 0 and a bound that doubles up to 30 s", () => {
  const [shortest, longest] = [new Backoff(() => 0), new Backoff(() => 1)];
  const bounds = [1, 2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * 1_000);
  expect(bounds.map(() => shortest.next())).toEqual(bounds.map(() => 0));
  expect(bounds.map(() => longest.next())).toEqual(bounds);
});

it("real pauses spread over the whole range", () => {
  const pauses = Array.from({ length: 500 }, () => new Backoff(Math.random).next());
  expect(Math.min(...pauses)).toBeLessThan(100);
  expect(Math.max(...pauses)).toBeGreaterThan(900);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(1_000);
});

it("a Retry-After is the shortest pause, but not more than two minutes", () => {
  expect(new Backoff(() => 0).next(7)).toBe(7_000);
  expect(new Backoff(() => 1).next(7)).toBe(8_000);
  expect(new Backoff(() => 0).next(86_400)).toBe(120_000);
});

it("is exhausted after twelve pauses", () => {
  const backoff = new Backoff(() => 0);
  for (let pause = 0; pause < 12; pause += 1) {
    expect(backoff.exhausted).toBe(false);
    backoff.next();
  }
  expect(backoff.exhausted).toBe(true);
});
