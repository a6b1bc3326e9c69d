import { describe, expect, it } from "vitest";
import { openFrames, type FrameEntry } from "./archive";
import { readDirectory } from "./directory";
import { buildZip, FakeStorage, SparseFile, testFrames } from "./fake-storage";
import { parseFrameName } from "./frame-name";
import { RangeSource } from "./range-source";
import { zipBytes, zipOf } from "./save";
import { parseStoryboard } from "./storyboard";

describe("parseFrameName", () => {
  it("reads number and time", () => {
    expect(parseFrameName("frames/000001_00-00-02.000.jpg")).toEqual({ index: 1, time: 2, type: "image/jpeg" });
    expect(parseFrameName("frames/1234567_123-59-59.999.png")).toEqual({
      index: 1_234_567, time: 446_399.999, type: "image/png",
    });
    expect(parseFrameName("frames/000007_00-00-00.033.webp")?.time).toBe(0.033);
  });

  it("passes over other entries", () => {
    for (const name of ["frames.json", "storyboard/001.jpg", "poster.jpg", "frames/1_0-0-0.jpg"]) {
      expect(parseFrameName(name)).toBeUndefined();
    }
  });
});

describe("parseStoryboard", () => {
  it("reads the cues", async () => {
    const text = [
      "WEBVTT", "", "00:00:00.000 --> 00:00:02.500", "storyboard/001.jpg#xywh=0,0,160,90", "",
      "00:00:02.500 --> 100:00:00.001", "storyboard/002.jpg#xywh=160,90,160,90", "",
    ].join("\n");
    expect(await parseStoryboard(text)).toEqual([
      { from: 0, to: 2.5, image: "storyboard/001.jpg", x: 0, y: 0, width: 160, height: 90 },
      { from: 2.5, to: 360_000.001, image: "storyboard/002.jpg", x: 160, y: 90, width: 160, height: 90 },
    ]);
    await expect(parseStoryboard("<html>")).rejects.toThrow("WebVTT");
    await expect(parseStoryboard("WEBVTT\n\n0 --> 1\nx")).rejects.toThrow("line 3");
  });
});

describe("zipOf", () => {
  async function archive() {
    const storage = new FakeStorage(buildZip(testFrames(9, 100)));
    return openFrames(storage.link, undefined, { fetch: storage.fetch });
  }

  it("makes a zip that has the frames without their folder", async () => {
    const { frames, read } = await archive().then((it) => ({ frames: it.frames, read: it.read.bind(it) }));
    const chosen = [frames[1], frames[4], frames[7]] as FrameEntry[];
    const progress: number[] = [];
    const stream = zipOf(chosen, { name: "x", read, onProgress: (done) => progress.push(done) });
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    expect(bytes.length).toBe(zipBytes(chosen));
    expect(progress).toEqual([1, 2, 3]);
    const file = new SparseFile();
    file.append(bytes);
    const storage = new FakeStorage(file);
    const entries = await readDirectory(new RangeSource(storage.link, { fetch: storage.fetch }));
    expect(entries.map((entry) => [entry.name, entry.bytes])).toEqual([
      ["000002_00-00-02.000.jpg", 100],
      ["000005_00-00-08.000.jpg", 100],
      ["000008_00-00-14.000.jpg", 100],
    ]);
  });

  it("ends when it is cancelled", async () => {
    const { frames } = await archive();
    const stop = new AbortController();
    const read = (entry: FrameEntry) =>
      entry.index === 3 ? Promise.reject(new Error("stopped")) : Promise.resolve(new Blob(["x"]));
    const stream = zipOf(frames, { name: "x", read, signal: stop.signal });
    await expect(new Response(stream).arrayBuffer()).rejects.toThrow();
  });
});
