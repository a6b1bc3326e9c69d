import { describe, expect, it } from "vitest";
import { estimateAll } from "./estimate-all";
import { estimateBytes, imagePixels, qualityFactor, roundEstimate } from "./estimate-bytes";
import { frameCount } from "./estimate";
import { DEFAULT_FORM, type OptionsForm } from "./options";

const form = (changes: Partial<OptionsForm>): OptionsForm => ({ ...DEFAULT_FORM, ...changes });
const frames = (changes: Partial<OptionsForm>, seconds?: number, frameRate?: number) =>
  frameCount(form(changes), { seconds, frameRate })?.frames;

describe("frameCount", () => {
  // the same cases as in the server's `select/targets.rs`
  it("steps end with the video", () => {
    expect(frames({ choice: "every", interval: "2" }, 6)).toBe(3);
    expect(frames({ choice: "every", interval: "2" }, 6.001)).toBe(4);
    expect(frames({ choice: "every", interval: "20" }, 0.001)).toBe(1);
    expect(frames({ choice: "every", unit: "fps", interval: "3/2" }, 2)).toBe(3);
  });

  it("is exact with rates that floating point cannot hold", () => {
    expect(frames({ choice: "every", interval: "1001/30000" }, 3.336667)).toBe(101);
    expect(frames({ choice: "every", interval: "1001/30000" }, 3.336666)).toBe(100);
    expect(frames({ choice: "every", interval: "0.1" }, 0.3)).toBe(3);
  });

  it("follows the length when frames are picked automatically", () => {
    for (const [minutes, count] of [[1, 30], [10, 120], [30, 180], [60, 180], [120, 240]] as const) {
      expect(frames({}, minutes * 60)).toBe(count);
    }
    expect(frames({ from: "0", to: "2:00" }, 7200)).toBe(60);
  });

  it("keeps to the range", () => {
    expect(frames({ choice: "every", from: "1.5", to: "4.5" }, 6)).toBe(3);
    expect(frames({ choice: "every", from: "50%" }, 6)).toBe(3);
    expect(frames({ choice: "every", from: "9" }, 6)).toBe(0);
    expect(frames({ choice: "every", to: "9" }, 2)).toBe(2);
    expect(frames({ choice: "count", count: "7", from: "2", to: "4" }, 6)).toBe(7);
  });

  it("counts each time once and the whole length as the last frame", () => {
    expect(frames({ choice: "at", at: "50%, 5, 0:01, 1, 7" }, 6)).toBe(3);
    expect(frames({ choice: "at", at: "1, 6, 100%, 0:06, 9" }, 6)).toBe(2);
    expect(frames({ choice: "at", at: "1, 100%, 6", to: "5" }, 6)).toBe(1);
  });

  it("is never larger than the number of frames that there are", () => {
    expect(frames({ choice: "count", count: "500" }, 2, 25)).toBe(50);
    const all = frameCount(form({ choice: "every", unit: "fps", interval: "38" }), { seconds: 10, frameRate: 30 });
    expect(all).toEqual({ targets: 380, frames: 300, isMost: false });
    expect(frameCount(form({ choice: "every", unit: "fps", interval: "75" }), { seconds: 10 })?.isMost).toBe(true);
  });

  it("says what can be said without a length", () => {
    expect(frames({ choice: "count", count: "12" })).toBe(12);
    expect(frames({ choice: "at", at: "1 2 3" })).toBe(3);
    expect(frames({})).toBeUndefined();
    expect(frames({ choice: "scenes" }, 10)).toBeUndefined();
    expect(frames({ choice: "every", interval: "x" }, 10)).toBeUndefined();
  });
});

describe("estimateBytes", () => {
  const measure = { width: 1920, height: 1080, pixels: 1280 * 720, jpeg: 100_000, png: 900_000 };

  it("adds up the frames and the poster", () => {
    const width = { width: "1280" };
    expect(estimateBytes(form(width), measure, 10)).toBe(1_102_500);
    expect(estimateBytes(form(width), measure, 0)).toBe(0);
  });

  it("grows with size, quality and format", () => {
    const bytes = (changes: Partial<OptionsForm>) => estimateBytes(form(changes), measure, 10);
    expect(bytes({})).toBeGreaterThan(bytes({ width: "640" }) * 4);
    expect(bytes({ quality: "95" })).toBeGreaterThan(bytes({}) * 1.9);
    expect(bytes({ format: "png" })).toBeGreaterThan(bytes({}) * 8);
    expect(bytes({ format: "webp" })).toBeLessThan(bytes({}));
    expect(bytes({ storyboard: { ...DEFAULT_FORM.storyboard, wanted: true } })).toBeGreaterThan(bytes({}));
  });

  it("never enlarges an image", () => {
    const size = { width: 640, height: 360 };
    expect(imagePixels(form({ width: "8192" }), size)).toBe(640 * 360);
    expect(imagePixels(form({ height: "180" }), size)).toBe(320 * 180);
    expect(imagePixels(form({ width: "100", height: "100", fit: "cover" }), size)).toBe(10_000);
  });

  it("estimates every quality", () => {
    expect(qualityFactor(85)).toBe(1);
    expect(qualityFactor(1)).toBeCloseTo(0.1);
    expect(qualityFactor(100)).toBe(4.2);
    expect(qualityFactor(80)).toBeGreaterThan(qualityFactor(79));
  });

  it("is rounded to two digits", () => {
    expect(roundEstimate(24_871_234)).toBe(25_000_000);
    expect(roundEstimate(7)).toBe(7);
    expect(roundEstimate(0)).toBe(0);
  });
});

describe("estimateAll", () => {
  it("adds up several videos and names those that are left out", () => {
    const measure = { width: 640, height: 360, pixels: 640 * 360, jpeg: 40_000 };
    const estimate = estimateAll(form({ choice: "every", interval: "0.001" }), [
      { name: "long.mp4", seconds: 51, measure },
      { name: "short.mp4", seconds: 2 },
      { name: "unknown.mkv" },
    ]);
    expect(estimate).toMatchObject({ frames: 53_000, uncounted: 1, unmeasured: 1, tooMany: ["long.mp4"], empty: [] });
    expect(estimateAll(form({ from: "1:00" }), [{ name: "a.mp4", seconds: 5 }]).empty).toEqual(["a.mp4"]);
  });
});
