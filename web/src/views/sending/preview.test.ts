// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readPreview, type Preview } from "./preview";

/** A `<video>` that plays, by its file's name: `film`, `sound`, `broken`, `stuck` or `slow` after two seeks. */
class FakeVideo extends EventTarget {
  static open = 0;
  static mostOpen = 0;
  videoWidth = 1920;
  videoHeight = 1080;
  duration = 10;
  readyState = 1;
  error: unknown = null;
  private name = "";
  private seeks = 0;

  set src(url: string) {
    this.name = url.replace("blob:", "");
    FakeVideo.open += 1;
    FakeVideo.mostOpen = Math.max(FakeVideo.mostOpen, FakeVideo.open);
    if (this.name === "sound") this.videoWidth = 0;
    if (this.name === "broken") this.fire("error");
    else if (this.name !== "stuck") this.fire("loadedmetadata");
  }

  set currentTime(_: number) {
    this.seeks += 1;
    if (this.name !== "slow" || this.seeks <= 2) this.fire("seeked");
  }

  removeAttribute(): void {
    FakeVideo.open -= 1;
  }

  load(): void {}

  private fire(type: string): void {
    setTimeout(() => this.dispatchEvent(new Event(type)), 1);
  }
}

const canvas = {
  width: 0,
  height: 0,
  getContext: () => ({ drawImage: () => undefined }),
  toBlob(done: (blob: Blob) => void, type: string) {
    // a browser without an encoder for WebP gives a PNG
    const made = type === "image/webp" ? "image/png" : type;
    done(new Blob(["x".repeat(made === "image/png" ? 900 : this.width)], { type: made }));
  },
};

let urls: Set<string>;
const file = (name: string) => new File(["bytes"], name);
let shown: Preview[];
const read = (name: string, signal = new AbortController().signal) =>
  readPreview(file(name), signal, (preview) => shown.push(preview));

beforeEach(() => {
  vi.useFakeTimers();
  urls = new Set();
  shown = [];
  FakeVideo.mostOpen = 0;
  let made = 0;
  URL.createObjectURL = (of) => {
    const url = of instanceof File ? `blob:${of.name}` : `blob:frame-${(made += 1)}`;
    urls.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => void urls.delete(url);
  const create = (tag: string) => (tag === "video" ? new FakeVideo() : canvas) as unknown as HTMLElement;
  vi.spyOn(document, "createElement").mockImplementation(create);
  // AbortSignal.timeout does not follow fake timers
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException("too slow", "TimeoutError")), ms);
    return controller.signal;
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("readPreview", () => {
  it("gives five frames, the facts and what images measure", async () => {
    const reading = read("film");
    await vi.advanceTimersByTimeAsync(100);
    await reading;
    expect(shown.map(({ frames, isComplete }) => [frames.length, isComplete])).toEqual([
      [1, false],
      [2, false],
      [3, false],
      [4, false],
      [5, false],
      [5, true],
    ]);
    const preview = shown.at(-1);
    expect(preview).toMatchObject({ seconds: 10, width: 1920, height: 1080 });
    expect(preview?.measure).toEqual({ width: 1920, height: 1080, pixels: 1280 * 720, jpeg: 1280, webp: undefined, png: 900 });
    expect([...urls]).toEqual(preview?.frames);
  });

  it("fails for what the browser cannot show, and leaves nothing open", async () => {
    for (const name of ["broken", "sound", "stuck"]) {
      const reading = expect(read(name), name).rejects.toThrow();
      await vi.advanceTimersByTimeAsync(9000);
      await reading;
    }
    expect(urls.size).toBe(0);
    expect(FakeVideo.open).toBe(0);
  });

  it("shows a slow file as far as it came", async () => {
    const reading = read("slow");
    await vi.advanceTimersByTimeAsync(9000);
    await reading;
    expect(shown.at(-1)).toMatchObject({ isComplete: true });
    expect(shown.at(-1)?.frames).toHaveLength(2);
  });

  it("stops when the file is dropped", async () => {
    const dropped = new AbortController();
    const reading = expect(read("slow", dropped.signal)).rejects.toThrow();
    await vi.advanceTimersByTimeAsync(100);
    const before = shown.length;
    dropped.abort();
    await reading;
    expect(shown).toHaveLength(before);
    // only what was shown is left, and belongs to the code that it was shown to
    expect([...urls]).toEqual(shown.at(-1)?.frames);
  });

  it("reads at most two files at once", async () => {
    const reading = Promise.all(["film", "film", "film", "film"].map((name) => read(name)));
    await vi.advanceTimersByTimeAsync(500);
    await reading;
    expect(FakeVideo.mostOpen).toBe(2);
  });
});
