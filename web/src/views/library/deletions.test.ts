import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Deletions } from "./deletions";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

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
    await vi.advanceTimersByTimeAsync(7900);
    expect(removed).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(removed).toEqual(["a"]);
    expect(over).toHaveBeenCalledOnce();
    expect(deletions.ids.value.has("a")).toBe(true);
  });

  it("can be undone", async () => {
    const { deletions, removed } = made();
    deletions.add("a", () => undefined);
    deletions.undo("a");
    await vi.advanceTimersByTimeAsync(20_000);
    expect(removed).toEqual([]);
    expect(deletions.ids.value.size).toBe(0);
  });

  it("deletes at once when the page goes away", () => {
    const { deletions, removed } = made();
    deletions.add("a", () => undefined);
    deletions.add("b", () => undefined);
    deletions.flush();
    expect(removed).toEqual(["a", "b"]);
    deletions.flush();
    expect(removed).toEqual(["a", "b"]);
  });

  it("shows the video again if the server refuses", async () => {
    const { deletions, failed } = made(() => Promise.reject(new Error("refused")));
    deletions.add("a", () => undefined);
    await vi.advanceTimersByTimeAsync(9000);
    expect(failed).toEqual(["a"]);
    expect(deletions.ids.value.size).toBe(0);
  });
});
