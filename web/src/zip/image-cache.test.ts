import { describe, expect, it } from "vitest";
import type { ZipEntry } from "./directory";
import { ByteLru } from "./byte-lru";
import { ImageCache } from "./image-cache";
import type { ReadOptions } from "./range-source";

const entry = (name: string): ZipEntry => ({ name, bytes: 10, offset: 0, end: 10 });

class SlowArchive {
  readonly reads: { name: string; signal: AbortSignal | undefined; finish(): void }[] = [];

  read({ name, bytes }: ZipEntry, { signal }: ReadOptions = {}): Promise<Blob> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
      this.reads.push({ name, signal, finish: () => resolve(new Blob([new Uint8Array(bytes)])) });
    });
  }
}

describe("ImageCache", () => {
  it("reads an image once for all callers", async () => {
    const archive = new SlowArchive();
    const cache = new ImageCache(archive);
    const wanted = entry("a");
    const both = [cache.get(wanted), cache.get(wanted)];
    archive.reads[0]?.finish();
    await Promise.all(both);
    await cache.get(wanted);
    expect(archive.reads).toHaveLength(1);
    expect(cache.peek(wanted)?.size).toBe(10);
  });

  it("aborts a request when the last reader has gone", async () => {
    const archive = new SlowArchive();
    const cache = new ImageCache(archive);
    const wanted = entry("a");
    const [one, other] = [new AbortController(), new AbortController()];
    const reads = [cache.get(wanted, { signal: one.signal }), cache.get(wanted, { signal: other.signal })];
    const settled = Promise.allSettled(reads);
    await Promise.resolve();
    one.abort();
    expect(archive.reads[0]?.signal?.aborted).toBe(false);
    other.abort();
    expect(archive.reads[0]?.signal?.aborted).toBe(true);
    expect((await settled).map((read) => read.status)).toEqual(["rejected", "rejected"]);
    void cache.get(wanted);
    expect(archive.reads).toHaveLength(2);
  });
});

describe("ByteLru", () => {
  it("drops what was used longest ago", () => {
    const gone: string[] = [];
    const lru = new ByteLru<string, string>(30, (value) => gone.push(value));
    for (const name of ["a", "b", "c"]) lru.set(name, name, 10);
    lru.get("a");
    lru.set("d", "d", 10);
    expect(gone).toEqual(["b"]);
    lru.set("large", "large", 100);
    expect(lru.get("large")).toBe("large");
    expect(lru.bytes).toBe(100);
    lru.clear();
    expect(gone).toHaveLength(5);
  });
});
