// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeLibrary, poster, video } from "./fake-library";
import { Library } from "./library-store";

let server: FakeLibrary;
let library: Library;
let isReading: boolean;
let finished: string[];

const ids = () => library.videos.value.map(({ id }) => Number(id.slice(3)));
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);
const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

function show(visibility: "visible" | "hidden") {
  Object.defineProperty(document, "visibilityState", { configurable: true, value: visibility });
  document.dispatchEvent(new Event("visibilitychange"));
}

async function started() {
  library.start();
  await pass(0);
}

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeLibrary();
  isReading = false;
  finished = [];
  library = new Library(server, { isReading: () => isReading, onFinished: ({ fileName }) => finished.push(fileName) });
});

afterEach(() => {
  library.stop();
  show("visible");
  vi.useRealTimers();
});

describe("loading", () => {
  it("loads a page, and older ones when asked", async () => {
    server.add(...range(60));
    expect(library.state.value).toBe("loading");
    await started();
    expect(library.state.value).toBe("ready");
    expect(ids()).toHaveLength(24);
    expect(library.more.value).toBe("some");
    await library.loadMore();
    await library.loadMore();
    expect(ids()).toEqual(range(60).reverse());
    expect(library.more.value).toBe("none");
  });

  it("does not lose or repeat a video when new ones come in between", async () => {
    server.add(...range(60));
    await started();
    server.add(61, 62);
    await library.refresh();
    await library.loadMore();
    await library.refresh();
    await library.loadMore();
    expect(ids()).toEqual(range(62).reverse());
  });

  it("filters on the server", async () => {
    server.add(1, 2, 3);
    server.change(2, { status: "failed" });
    await started();
    library.filterBy("failed");
    expect(library.state.value).toBe("loading");
    await pass(0);
    expect(ids()).toEqual([2]);
    library.filterBy(undefined);
    await pass(0);
    expect(ids()).toEqual([3, 2, 1]);
  });

  it("says that it failed, tries again by itself and keeps what it has", async () => {
    server.failure = new Error("offline");
    await started();
    expect(library.state.value).toBe("failed");
    server.failure = undefined;
    server.add(1);
    await pass(4);
    expect(library.state.value).toBe("ready");
    server.failure = new Error("offline");
    await library.refresh();
    expect(library.state.value).toBe("ready");
    expect(library.error.value).toBe(server.failure);
    expect(ids()).toEqual([1]);
  });

  it("can try an older page again", async () => {
    server.add(...range(30));
    await started();
    server.failure = new Error("offline");
    await library.loadMore();
    expect(library.more.value).toBe("failed");
    server.failure = undefined;
    await library.loadMore();
    expect(ids()).toHaveLength(30);
  });
});

describe("polling", () => {
  it("asks only while something is unfinished, and less often if nothing changes", async () => {
    server.add(1);
    await started();
    await pass(600);
    expect(server.calls).toHaveLength(1);
    server.add(2);
    server.change(2, { status: "processing" });
    await library.refresh();
    const before = server.calls.length;
    await pass(60);
    expect(server.calls.length - before).toBeGreaterThan(5);
    expect(server.calls.length - before).toBeLessThan(12);
    server.change(2, { status: "ready" });
    await pass(16);
    expect(finished).toEqual(["clip-2.mp4"]);
    const after = server.calls.length;
    await pass(600);
    expect(server.calls).toHaveLength(after);
  });

  it("reads down to the last unfinished video", async () => {
    server.add(...range(50));
    server.change(10, { status: "queued" });
    await started();
    await library.loadMore();
    server.change(10, { status: "ready" });
    await library.refresh();
    expect(finished).toEqual(["clip-10.mp4"]);
    expect(server.calls.at(-1)?.limit).toBe(41);
  });

  it("pauses while hidden and asks at once afterwards", async () => {
    server.add(1);
    server.change(1, { status: "processing" });
    await started();
    show("hidden");
    const before = server.calls.length;
    await pass(120);
    expect(server.calls).toHaveLength(before);
    show("visible");
    await pass(0);
    expect(server.calls).toHaveLength(before + 1);
  });

  it("renews links before they expire", async () => {
    server.videos = [video(1, { poster: poster("old", 3600) })];
    await started();
    server.videos = [video(1, { poster: poster("new", 7200) })];
    await library.refresh();
    expect(library.videos.value[0]?.poster?.url).toMatch(/old$/);
    await pass(3490);
    expect(library.videos.value[0]?.poster?.url).toMatch(/new$/);
  });
});

describe("changes", () => {
  it("holds new videos back while the user reads", async () => {
    server.add(1);
    await started();
    isReading = true;
    server.add(2, 3);
    await library.refresh();
    expect(ids()).toEqual([1]);
    expect(library.held.value.size).toBe(2);
    library.showHeld();
    expect(ids()).toEqual([3, 2, 1]);
  });

  it("takes over a retried video and forgets a deleted one", async () => {
    server.add(1, 2);
    await started();
    server.change(1, { status: "queued" });
    library.replace(video(1, { status: "queued" }));
    expect(library.videos.value[1]?.status).toBe("queued");
    library.forget(video(2).id);
    expect(ids()).toEqual([1]);
  });
});
