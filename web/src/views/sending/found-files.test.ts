// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { looksLikeVideo } from "./file-kinds";
import { filesOfInput, filesOfTransfer, type Found } from "./found-files";

const file = (name: string, type = "", content: BlobPart = "bytes") => new File([content], name, { type });
const names = ({ files, otherFiles }: Found) => [files.map((found) => found.file.name), otherFiles];

/** A folder as `webkitGetAsEntry` gives it. Its reader answers in two portions, as Chrome does with 100 entries. */
function folder(...children: unknown[]) {
  const portions = [children.slice(0, 1), children.slice(1), []];
  const createReader = () => ({ readEntries: (done: (entries: unknown[]) => void) => done(portions.shift() ?? []) });
  return { isDirectory: true, isFile: false, createReader };
}
const leaf = (of: File) => ({ isDirectory: false, isFile: true, file: (done: (read: File) => void) => done(of) });

/** A folder as a handle. */
function directory(...children: unknown[]) {
  return {
    kind: "directory",
    async *values() {
      yield* children;
    },
  };
}
const handle = (of: File) => ({ kind: "file", getFile: async () => of });

const transfer = (...items: object[]) =>
  ({ items: items.map((item) => ({ kind: "file", getAsFile: () => null, ...item })) }) as unknown as DataTransfer;

describe("filesOfTransfer", () => {
  it("walks folders by entries and leaves out what is no video", async () => {
    const tree = folder(leaf(file("a.mp4")), folder(leaf(file("b.MKV")), leaf(file("notes.txt"))), leaf(file(".hidden.mp4")));
    const found = await filesOfTransfer(transfer({ webkitGetAsEntry: () => tree }));
    expect(names(found)).toEqual([["a.mp4", "b.MKV"], ["notes.txt"]]);
  });

  it("walks folders by handles, and keeps them", async () => {
    const inner = handle(file("b.webm"));
    const tree = directory(handle(file("a.jpg")), directory(inner));
    const found = await filesOfTransfer(transfer({ getAsFileSystemHandle: async () => tree }));
    expect(names(found)).toEqual([["b.webm"], ["a.jpg"]]);
    expect(found.files[0]?.handle).toBe(inner);
  });

  it("takes single files whatever they are, with their handle where there is one", async () => {
    const [one, two] = [file("strange.bin"), file("b.mp4")];
    const own = handle(one);
    const found = await filesOfTransfer(
      transfer(
        { getAsFile: () => one, getAsFileSystemHandle: async () => own },
        { getAsFile: () => two, getAsFileSystemHandle: () => Promise.reject(new Error("not allowed")) },
        { kind: "string" },
      ),
    );
    expect(names(found)).toEqual([["strange.bin", "b.mp4"], []]);
    expect(found.files.map((other) => other.handle)).toEqual([own, undefined]);
  });
});

describe("filesOfInput", () => {
  it("names files of a folder by their path", async () => {
    const inFolder = Object.defineProperty(file("readme.md"), "webkitRelativePath", { value: "films/readme.md" });
    const single = Object.defineProperty(file("readme.md"), "webkitRelativePath", { value: "" });
    expect(names(await filesOfInput([inFolder, single]))).toEqual([["readme.md"], ["readme.md"]]);
  });
});

describe("looksLikeVideo", () => {
  it("distinguishes MPEG-TS from TypeScript", async () => {
    expect(await looksLikeVideo(file("a.ts", "video/mp2t", new Uint8Array([0x47, 0, 0, 0, 0])))).toBe(true);
    expect(await looksLikeVideo(file("a.mts", "", new Uint8Array([0, 0, 0, 0, 0x47])))).toBe(true);
    expect(await looksLikeVideo(file("a.ts", "video/mp2t", "import x"))).toBe(false);
    expect(await looksLikeVideo(file("film", "video/mp4"))).toBe(true);
    expect(await looksLikeVideo(file("film"))).toBe(false);
  });
});
