// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { take } from "./drop-zone";
import { type Found, NOTHING } from "./found-files";
import { t } from "./messages";

const toast = vi.hoisted(() => vi.fn());
vi.mock("../../ui/toast", () => ({ toast }));

const emptyFolder: Found = { files: [], otherFiles: [], isCut: false };

beforeEach(() => toast.mockReset());

describe("take", () => {
  it("says that a folder is empty", async () => {
    expect(await take(Promise.resolve(emptyFolder))).toBe(false);
    expect(toast).toHaveBeenCalledWith(t("nothing_found"));
  });

  it("says nothing when a dialog was closed", async () => {
    expect(await take(Promise.resolve(NOTHING))).toBe(false);
    expect(toast).not.toHaveBeenCalled();
  });
});
