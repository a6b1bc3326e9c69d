// @vitest-environment happy-dom
import { signal } from "@preact/signals";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { FrameEntry } from "../../zip";
import { t } from "./messages";
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

function begin() {
  const readOnce = vi.fn((_: FrameEntry, { signal }: { signal: AbortSignal }) => {
    return new Promise<Blob>((_done, failed) => signal.addEventListener("abort", () => failed(signal.reason as Error)));
  });
  const report = vi.fn();
  const saving = new Saving();
  const frame = { index: 1, name: "frames/1.jpg", bytes: 10 } as FrameEntry;
  const saved = saving.start({ readOnce, report } as unknown as Viewer, [frame], "clip.mp4");
  expect(saving.progress.value).toEqual({ done: 0, total: 1 });
  return { saving, saved, report };
}

beforeEach(() => toast.mockReset());

describe("Saving", () => {
  it("says that it was cancelled", async () => {
    const { saving, saved, report } = begin();
    saving.cancel();
    await saved;
    expect(saving.progress.value).toBeUndefined();
    expect(toast).toHaveBeenCalledWith(t("saveCancelled"));
    expect(report).not.toHaveBeenCalled();
  });

  it("says nothing to the next user", async () => {
    const { saving, saved, report } = begin();
    userId.value = undefined;
    saving.cancel();
    await saved;
    expect(toast).not.toHaveBeenCalled();
    expect(report).not.toHaveBeenCalled();
  });
});
