import { describe, expect, it } from "vitest";
import { openFrames } from "./archive";
import { LinkRefusedError, ZipChangedError, ZipGoneError, ZipUnreachableError, ZipUnreadableError } from "./errors";
import { buildZip, FakeStorage, testFrames, type TestEntry } from "./fake-storage";

const noPause = () => Promise.resolve();

function open(storage: FakeStorage, bytes?: number) {
  return openFrames(storage.link, undefined, { fetch: storage.fetch, pause: noPause, bytes });
}

function at<T>(list: readonly T[], index: number): T {
  const item = list.at(index);
  if (item === undefined) throw new Error(`There is no item ${index}.`);
  return item;
}

async function bytesOf(blob: Blob) {
  return new Uint8Array(await blob.arrayBuffer());
}

describe("openFrames", () => {
  it("opens a small zip by one request and reads a frame by one more", async () => {
    const storage = new FakeStorage(buildZip([...testFrames(100, 5_000), { name: "frames.json", data: new Uint8Array(9) }]));
    const archive = await open(storage);
    expect(storage.requests.map((request) => request.range)).toEqual([`bytes=-${66 * 1024}`]);
    expect(archive.frames).toHaveLength(100);
    const frame = at(archive.frames, 41);
    expect(frame).toMatchObject({ index: 42, time: 82, bytes: 5_000, type: "image/jpeg" });
    const blob = await archive.read(frame);
    expect(blob.type).toBe("image/jpeg");
    expect(await bytesOf(blob)).toEqual(new Uint8Array(5_000).fill(41));
    expect(storage.requests).toHaveLength(2);
    expect(at(storage.requests, 1).bytes).toBe(30 + frame.name.length + 5_000);
  });

  it("asks for a plain range if the length is known, and corrects a wrong one", async () => {
    const file = buildZip(testFrames(3, 100_000));
    const known = new FakeStorage(file);
    await open(known, file.size);
    expect(known.requests.map((request) => request.range)).toEqual([`bytes=${file.size - 66 * 1024}-${file.size - 1}`]);
    const wrong = new FakeStorage(file);
    expect((await open(wrong, file.size - 1)).frames).toHaveLength(3);
    const beyond = new FakeStorage(file);
    expect((await open(beyond, file.size * 9)).frames).toHaveLength(3);
  });

  it("reads a long directory by one more request", async () => {
    const storage = new FakeStorage(buildZip(testFrames(5_000, 1_000)));
    expect((await open(storage)).frames).toHaveLength(5_000);
    expect(storage.requests).toHaveLength(2);
    expect(storage.requests.reduce((sum, request) => sum + request.bytes, 0)).toBeLessThan(5_000 * 80 + 1_000);
  });

  it("opens 70,000 frames, whose count needs Zip64", async () => {
    const storage = new FakeStorage(buildZip(testFrames(70_000, 1)));
    const archive = await open(storage);
    expect(archive.frames).toHaveLength(70_000);
    expect(at(archive.frames, -1)).toMatchObject({ index: 70_000, time: 139_998 });
    expect(storage.requests).toHaveLength(2);
  }, 60_000);

  it("reads the last frame of a zip of 6 GB", async () => {
    const entries: TestEntry[] = testFrames(3, 2_000);
    at(entries, 0).gap = 3e9;
    at(entries, 1).gap = 3e9;
    const storage = new FakeStorage(buildZip(entries));
    const archive = await open(storage);
    const last = at(archive.frames, 2);
    expect(last.offset).toBeGreaterThan(6e9);
    expect(await bytesOf(await archive.read(last))).toEqual(new Uint8Array(2_000).fill(2));
    expect(storage.requests.reduce((sum, request) => sum + request.bytes, 0)).toBeLessThan(100_000);
  });

  it("cuts a frame by its local header", async () => {
    const entries: TestEntry[] = testFrames(2);
    at(entries, 0).localExtra = new Uint8Array([0xfe, 0xca, 4, 0, 1, 2, 3, 4]);
    const archive = await open(new FakeStorage(buildZip(entries)));
    expect(await bytesOf(await archive.read(at(archive.frames, 0)))).toEqual(at(entries, 0).data);
  });

  it("reads the storyboard and finds its images", async () => {
    const vtt = "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nstoryboard/001.jpg#xywh=0,0,160,90\n";
    const storage = new FakeStorage(
      buildZip([
        ...testFrames(1),
        { name: "storyboard/001.jpg", data: new Uint8Array(7) },
        { name: "storyboard.vtt", data: new TextEncoder().encode(vtt) },
      ]),
    );
    const archive = await open(storage);
    const [cue] = await archive.storyboard();
    expect(archive.find(cue?.image ?? "")?.bytes).toBe(7);
    expect(await (await open(new FakeStorage(buildZip(testFrames(1))))).storyboard()).toEqual([]);
  });

  it("refuses what is not a zip of frames", async () => {
    const deflated = buildZip([{ ...at(testFrames(1), 0), method: 8 }]);
    await expect(open(new FakeStorage(deflated))).rejects.toThrow(ZipUnreadableError);
    await expect(open(new FakeStorage(buildZip([])))).rejects.toThrow(ZipUnreadableError);
    const noise = buildZip([]);
    noise.append(new Uint8Array(100_000));
    await expect(open(new FakeStorage(noise))).rejects.toThrow(ZipUnreadableError);
  });
});

describe("reading", () => {
  async function opened() {
    const storage = new FakeStorage(buildZip(testFrames(20, 5_000)));
    const archive = await open(storage);
    storage.requests.length = 0;
    return { storage, archive, frame: at(archive.frames, 4) };
  }

  it("renews an expired link once for all reads", async () => {
    const { storage, archive } = await opened();
    storage.valid = 2;
    await Promise.all(archive.frames.map((frame) => archive.read(frame)));
    expect(storage.issued).toBe(2);
    expect(storage.requests.filter((request) => request.status === 206)).toHaveLength(20);
  });

  it("gives up if the fresh link is refused, too", async () => {
    const { storage, archive, frame } = await opened();
    const refused = () => new Response(null, { status: 403 });
    storage.faults.push(refused, refused);
    await expect(archive.read(frame)).rejects.toThrow(LinkRefusedError);
    await archive.read(frame);
  });

  it("notices another zip by its ETag and by its length", async () => {
    const { storage, archive, frame } = await opened();
    storage.eTag = '"two"';
    await expect(archive.read(frame)).rejects.toThrow(ZipChangedError);
    storage.eTag = '"one"';
    storage.file = buildZip(testFrames(1));
    await expect(archive.read(frame)).rejects.toThrow(ZipChangedError);
  });

  it("repeats what fails on the way", async () => {
    const { storage, archive, frame } = await opened();
    const cut = (total: number) => () =>
      new Response(new Uint8Array(10), { status: 206, headers: { "content-range": `bytes 0-99/${total}`, etag: '"one"' } });
    storage.faults.push(
      () => { throw new TypeError("Failed to fetch"); },
      () => new Response(null, { status: 503 }),
      cut(storage.file.size),
    );
    expect((await archive.read(frame)).size).toBe(5_000);
    storage.faults.push(cut(999));
    await expect(archive.read(frame)).rejects.toThrow(ZipChangedError);
    const down = () => new Response(null, { status: 500 });
    storage.faults.push(down, down, down, down);
    await expect(archive.read(frame)).rejects.toThrow(ZipUnreachableError);
  });

  it("distinguishes a zip that is gone from a storage without ranges", async () => {
    const { storage, archive, frame } = await opened();
    storage.faults.push(() => new Response(null, { status: 404 }));
    await expect(archive.read(frame)).rejects.toThrow(ZipGoneError);
    storage.faults.push(() => new Response("all of it", { status: 200 }));
    await expect(archive.read(frame)).rejects.toThrow(ZipUnreadableError);
  });

  it("sends nothing for an aborted read", async () => {
    const { storage, archive, frame } = await opened();
    await expect(archive.read(frame, { signal: AbortSignal.abort() })).rejects.toThrow("abort");
    expect(storage.requests).toHaveLength(0);
  });
});
