import { beforeEach, expect, it, vi } from "vitest";
import { ScreenWakeLock } from "./wake-lock";

class FakePage extends EventTarget {
  visibilityState = "visible";

  show(state: "visible" | "hidden"): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

let page: FakePage;
let sentinels: { released: boolean; release: () => Promise<void> }[];

const api = {
  request: async () => {
    const sentinel = { released: false, release: async () => void (sentinel.released = true) };
    sentinels.push(sentinel);
    return sentinel;
  },
};

beforeEach(() => {
  page = new FakePage();
  sentinels = [];
});

function keeper(wakeLock: unknown = api): ScreenWakeLock {
  return new ScreenWakeLock(wakeLock as WakeLock, page as unknown as Document);
}

const turns = async () => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};
const held = () => sentinels.filter(({ released }) => !released).length;

it("takes one lock while it is wanted", async () => {
  const lock = keeper();
  lock.keep(true);
  lock.keep(true);
  await turns();
  expect([held(), sentinels.length]).toEqual([1, 1]);
  lock.keep(false);
  await turns();
  expect(held()).toBe(0);
});

it("takes it again when the page becomes visible", async () => {
  const lock = keeper();
  lock.keep(true);
  await turns();
  page.show("hidden");
  Object.assign(sentinels[0] ?? {}, { released: true });
  await turns();
  expect(held()).toBe(0);
  page.show("visible");
  await turns();
  expect(held()).toBe(1);
  lock.dispose();
  await turns();
  page.show("visible");
  await turns();
  expect(held()).toBe(0);
});

it("asks for nothing while the page is hidden", async () => {
  page.show("hidden");
  const lock = keeper();
  lock.keep(true);
  await turns();
  expect(sentinels).toEqual([]);
  page.show("visible");
  await turns();
  expect(held()).toBe(1);
});

it("gives up a lock that came too late", async () => {
  const lock = keeper();
  lock.keep(true);
  lock.keep(false);
  await turns();
  expect([held(), sentinels.length]).toEqual([0, 1]);
});

it("works without the API, and when it refuses", async () => {
  const absent = new ScreenWakeLock(undefined, page as unknown as Document);
  absent.keep(true);
  const request = vi.fn(() => Promise.reject(new DOMException("no", "NotAllowedError")));
  const refused = keeper({ request });
  refused.keep(true);
  await turns();
  expect(request).toHaveBeenCalledTimes(1);
  refused.keep(false);
  await turns();
});
