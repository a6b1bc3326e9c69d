import { afterEach, expect, it, vi } from "vitest";
import { browserNetwork } from "./network";

afterEach(() => vi.unstubAllGlobals());

it.each([
  ["framezip.example.com", true, true],
  ["framezip.example.com", false, false],
  ["127.example.com", false, false],
  ["localhost", false, true],
  ["127.0.0.1", false, true],
  ["[::1]", false, true],
])("a page of %s, the browser online: %s, is connected: %s", (hostname, onLine, expected) => {
  vi.stubGlobal("location", { hostname });
  vi.stubGlobal("navigator", { onLine });
  expect(browserNetwork.online).toBe(expected);
});

it("reports both changes until it is stopped", () => {
  const page = new EventTarget();
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
  const listener = vi.fn();
  const stop = browserNetwork.subscribe(listener);
  page.dispatchEvent(new Event("offline"));
  page.dispatchEvent(new Event("online"));
  expect(listener).toHaveBeenCalledTimes(2);
  stop();
  page.dispatchEvent(new Event("online"));
  expect(listener).toHaveBeenCalledTimes(2);
});
