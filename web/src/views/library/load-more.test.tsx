// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { expect, it, vi } from "vitest";
import { LoadMore } from "./load-more";

/** Sees everything at once. */
class Observer {
  constructor(private readonly seen: (entries: { isIntersecting: boolean }[]) => void) {}
  observe() {
    this.seen([{ isIntersecting: true }]);
  }
  disconnect() {}
}

it.each([[true, 1], [false, 0]])("presses itself: %s", async (isAutomatic, presses) => {
  vi.stubGlobal("IntersectionObserver", Observer);
  const onMore = vi.fn();
  const root = document.createElement("div");
  await act(() => render(<LoadMore state="some" count={24} isAutomatic={isAutomatic} onMore={onMore} />, root));
  expect(onMore).toHaveBeenCalledTimes(presses);
  root.querySelector("button")?.click();
  expect(onMore).toHaveBeenCalledTimes(presses + 1);
  vi.unstubAllGlobals();
});
