// @vitest-environment happy-dom
import { signal } from "@preact/signals";
import { describe, expect, it, vi } from "vitest";
import type { FrameEntry } from "../../zip";
import { Saving } from "./saving";
import type { Viewer } from "./viewer";

const userId = signal<string | undefined>("me");
const toast = vi.hoisted(() => vi.fn());
vi.mock("../../auth/user-id", () => ({
  get userId() {
    return userId;
  },
}));
vi.mock("../../ui/toast", () => ({ toast }));

describe("Saving", () => {
  it("ends when the user signs out, without a word to the next one", async () => {
    let reading: AbortSignal | undefined;
    const readOnce = (_: FrameEntry, { signal }: { signal: AbortSignal }) =>
      new Promise<Blob>((_done, failed) => {
        reading = signal;
        signal.addEventListener("abort", () => failed(signal.reason as Error));
      });
    const report = vi.fn();
    const saving = new Saving();
    const frame = { index: 1, name: "frames/1.jpg", bytes: 10 } as FrameEntry;
    const saved = saving.start({ readOnce, report } as unknown as Viewer, [frame], "clip.mp4");
    expect(saving.progress.value).toEqual({ done: 0, total: 1 });
    expect(reading?.aborted).toBe(false);
    userId.value = undefined;
    await saved;
    expect(reading?.aborted).toBe(true);
    expect(saving.progress.value).toBeUndefined();
    expect(toast).not.toHaveBeenCalled();
    expect(report).not.toHaveBeenCalled();
  });
});
