import { describe, expect, it, vi } from "vitest";
import { Deletions } from "./deletions";

function made(remove: (id: string) => Promise<void> = async () => undefined) {
  const removed: string[] = [];
  const failed: string[] = [];
  const deletions = new Deletions(
    async (id) => {
      removed.push(id);
      await remove(id);
    },
    (id) => failed.push(id),
  );
  return { deletions, removed, failed };
}

describe("Deletions", () => {
  it("hides at once and deletes when the time to undo is over", async () => {
    const { deletions, removed } = made();
    const over = vi.fn();
    deletions.add("a", over);
    expect([...deletions.ids.value]).toEqual(["a"]);
    expect(removed).toEqual([]);
    await deletions.finish("a");
    expect(removed).toEqual(["a"]);
    expect(over).toHaveBeenCalledOnce();
    expect(deletions.ids.value.has("a")).toBe(true);
  });

  it("can be undone, the last one first", async () => {
    const { deletions, removed } = made();
    const over = vi.fn();
    for (const id of ["a", "b", "c"]) deletions.add(id, over);
    expect([deletions.undo("b"), deletions.undo(), deletions.undo("b")]).toEqual(["b", "c", undefined]);
    expect(over).toHaveBeenCalledTimes(2);
    await deletions.finish("c");
    expect(removed).toEqual([]);
    expect([...deletions.ids.value]).toEqual(["a"]);
  });

  it("deletes at once when the page goes away", () => {
    const { deletions, removed } = made();
    deletions.add("a", () => undefined);
    deletions.add("b", () => undefined);
    void deletions.flush();
    expect(removed).toEqual(["a", "b"]);
    void deletions.flush();
    expect(removed).toEqual(["a", "b"]);
  });

  it("shows the video again if the server refuses", async () => {
    const { deletions, failed } = made(() => Promise.reject(new Error("refused")));
    deletions.add("a", () => undefined);
    await deletions.finish("a");
    expect(failed).toEqual(["a"]);
    expect(deletions.ids.value.size).toBe(0);
  });
});
