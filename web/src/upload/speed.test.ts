import { beforeEach, expect, it } from "vitest";
import { Speed } from "./speed";

let speed: Speed;
let now: number;

beforeEach(() => {
  speed = new Speed();
  now = 1_000;
  speed.tick(now);
});

/** Moves `rate` bytes a second, and returns the estimates of the time for 1,000 bytes. */
function move(rate: number, seconds: number, stepMs = 250): (number | undefined)[] {
  const estimates = [];
  for (let step = 0; step < (seconds * 1_000) / stepMs; step += 1) {
    speed.add((rate * stepMs) / 1_000);
    now += stepMs;
    speed.tick(now);
    estimates.push(speed.secondsLeft(1_000));
  }
  return estimates;
}

it("is unknown for three seconds after the first bytes, then exact for a steady transfer", () => {
  expect(move(100, 3).every((estimate) => estimate === undefined)).toBe(true);
  for (const estimate of move(100, 20)) expect(estimate).toBeCloseTo(10, 6);
});

it("does not depend on how often samples are taken", () => {
  move(100, 10, 1_000);
  expect(speed.bytesPerSecond).toBeCloseTo(100, 6);
});

it("follows a change smoothly, without overshooting", () => {
  move(100, 20);
  const estimates = move(200, 30).map((estimate) => estimate ?? 0);
  expect(estimates[0]).toBeGreaterThan(9);
  for (const [index, estimate] of estimates.entries()) {
    expect(estimate).toBeLessThanOrEqual(estimates[index - 1] ?? 10);
    expect(estimate).toBeGreaterThanOrEqual(5);
  }
  expect(estimates.at(-1)).toBeCloseTo(5, 1);
});

it("bursts move the estimate by less than half", () => {
  move(100, 20);
  for (let burst = 0; burst < 10; burst += 1) {
    const estimates = [...move(0, 0.75), ...move(400, 0.25)];
    for (const estimate of estimates) {
      expect(estimate).toBeGreaterThan(7);
      expect(estimate).toBeLessThan(15);
    }
  }
});

it("gives no estimate when nothing moves for long", () => {
  move(100, 20);
  expect(move(0, 120).at(-1)).toBeUndefined();
});

it("begins again after a reset or after the computer's sleep", () => {
  move(100, 20);
  now += 3_600_000;
  speed.tick(now);
  expect(speed.bytesPerSecond).toBeUndefined();
  expect(move(50, 5).at(-1)).toBeCloseTo(20, 6);
  speed.reset();
  expect(speed.bytesPerSecond).toBeUndefined();
});
