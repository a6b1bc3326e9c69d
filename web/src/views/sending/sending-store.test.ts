// @vitest-environment happy-dom
import { beforeEach, expect, it, vi } from "vitest";
import { session } from "../../auth/session";
import { choose, chosen, leftOut, unchoose, unchooseAll } from "./sending-store";

vi.mock("../../auth/session", async () => {
  const { signal } = await import("@preact/signals");
  return { session: signal<unknown>(null) };
});

const { reads, revoked } = vi.hoisted(() => ({ reads: [] as (() => void)[], revoked: [] as string[] }));
vi.mock("./preview", () => ({
  readPreview: (file: File, signal: AbortSignal, show: (preview: unknown) => void) =>
    new Promise<void>((done, failed) =>
      reads.push(() => {
        if (signal.aborted) return failed(signal.reason);
        show({ width: 16, height: 9, frames: [`blob:${file.name}-1`, `blob:${file.name}-2`], isComplete: true });
        done();
      }),
    ),
}));

const file = (name: string, content = "bytes") => new File([content], name, { lastModified: 1 });
const found = (...files: File[]) => ({ files: files.map((one) => ({ file: one })), otherFiles: [], isCut: false });
const names = () => chosen.value.map((video) => video.file.name);

async function read() {
  await vi.waitUntil(() => reads.length > 0);
  for (const done of reads.splice(0)) done();
  await new Promise((next) => setTimeout(next, 0));
}

beforeEach(() => {
  URL.revokeObjectURL = (url) => void revoked.push(url);
  unchooseAll();
  reads.length = 0;
  revoked.length = 0;
});

it("keeps each file once and leaves out empty ones", () => {
  choose(found(file("a.mp4"), file("empty.mp4", "")));
  choose(found(file("a.mp4"), file("b.mp4")));
  expect(names()).toEqual(["a.mp4", "b.mp4"]);
  choose(found(file("empty.mp4", "")));
  expect(leftOut.value.emptyFiles).toEqual(["empty.mp4"]);
});

it("shows a preview once it is read, and revokes its URLs when the file is dropped", async () => {
  choose(found(file("a.mp4"), file("b.mp4")));
  await read();
  expect(chosen.value[0]?.preview?.frames).toHaveLength(2);
  unchoose(chosen.value[0]?.id ?? 0);
  expect(names()).toEqual(["b.mp4"]);
  expect(revoked).toEqual(["blob:a.mp4-1", "blob:a.mp4-2"]);
  unchooseAll(new Set([chosen.value[0]?.id ?? 0]));
  expect(revoked).toEqual(["blob:a.mp4-1", "blob:a.mp4-2", "blob:b.mp4-2"]);
});

it("ends the reading of a file that is dropped", async () => {
  choose(found(file("a.mp4")));
  await vi.waitUntil(() => reads.length > 0);
  unchooseAll();
  await read();
  expect(revoked).toEqual([]);
  expect(chosen.value).toEqual([]);
});

it("forgets everything when the user signs out", () => {
  const user = session as unknown as { value: unknown };
  user.value = { userId: "me" };
  choose(found(file("a.mp4")));
  user.value = null;
  expect(names()).toEqual([]);
});
