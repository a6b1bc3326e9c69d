// @vitest-environment happy-dom
import { render } from "preact";
import { expect, it, vi } from "vitest";
import { lazyView } from "./lazy-view";

it("shows a view whose code came between its first rendering and the effect after it", async () => {
  const View = lazyView(async () => ({ default: () => <p>It is here.</p> }));
  render(<View />, document.body);
  expect(document.body.textContent).toBe("Loading…");
  await View.preload();
  await vi.waitFor(() => expect(document.body.textContent).toBe("It is here."));
});

it("offers a reload if the code does not come", async () => {
  const View = lazyView(() => Promise.reject<{ default: () => null }>(new TypeError("Failed to fetch")));
  render(<View />, document.body);
  await vi.waitFor(() => expect(document.querySelector("button")?.textContent).toBe("Reload"));
});
