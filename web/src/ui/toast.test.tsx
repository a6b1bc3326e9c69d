// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { clearToasts, toast, Toasts } from "./toast";

// happy-dom has no popovers
Object.assign(HTMLElement.prototype, { showPopover: vi.fn(), hidePopover: vi.fn() });

const pass = (seconds: number) => act(() => void vi.advanceTimersByTime(seconds * 1000));
const show = (message: string, onEnd: () => void) => act(() => void toast(message, { seconds: 8, onEnd }));

beforeEach(async () => {
  vi.useFakeTimers();
  await act(() => render(<Toasts />, document.body));
});
afterEach(() => {
  clearToasts();
  render(null, document.body);
  vi.useRealTimers();
});

it("ends when its time is over, but not while it is hovered", async () => {
  const end = vi.fn();
  await show("a", end);
  await pass(7);
  const item = document.querySelector(".toast");
  await act(() => void item?.dispatchEvent(new PointerEvent("pointerenter")));
  await pass(60);
  expect(end).not.toHaveBeenCalled();
  await act(() => void item?.dispatchEvent(new PointerEvent("pointerleave")));
  await pass(9);
  expect(end).toHaveBeenCalledOnce();
  expect(document.querySelector(".toast")).toBeNull();
});

it("ends when newer ones take its place, and when all are removed", async () => {
  const ends = [vi.fn(), vi.fn(), vi.fn(), vi.fn()];
  for (const [index, end] of ends.entries()) await show(String(index), end);
  expect(ends.map((end) => end.mock.calls.length)).toEqual([1, 0, 0, 0]);
  clearToasts();
  expect(ends.map((end) => end.mock.calls.length)).toEqual([1, 1, 1, 1]);
});
