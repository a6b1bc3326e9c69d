// @vitest-environment happy-dom
import { beforeEach, expect, it, vi } from "vitest";
import { session } from "../../auth/session";
import type { UploadBackend, UploadItem } from "../../upload/types";
import { cancelUpload, localPoster, sendFiles, uploadingIds, uploads } from "./uploads-store";

const { made, remove } = vi.hoisted(() => ({
  made: [] as { owner: string; backend: UploadBackend; disposed: boolean; cancelled: string[]; arrive: (id: string) => void }[],
  remove: vi.fn(),
}));

vi.mock("../../auth/session", async () => {
  const { signal } = await import("@preact/signals");
  return { session: signal<unknown>(undefined), sessionExpired: signal(false) };
});
vi.mock("../../api/videos", () => ({
  createVideo: vi.fn(),
  completeUpload: vi.fn(),
  readUpload: vi.fn(),
  deleteVideo: remove,
}));
vi.mock("../../upload/uploads", async () => {
  const { signal } = await import("@preact/signals");
  return {
    Uploads: class {
      items = signal<readonly UploadItem[]>([]);
      busy = signal(false);
      disposed = false;
      cancelled: string[] = [];
      onArrived: ((id: string) => void) | undefined;
      arrive = (id: string) => this.onArrived?.(id);
      constructor(readonly backend: UploadBackend, readonly owner: string) {
        made.push(this);
      }
      restore = async () => undefined;
      wake = () => undefined;
      dispose = () => void (this.disposed = true);
      cancel = (id: string) => void this.cancelled.push(id);
      add(files: readonly { file: File }[]) {
        const row = (file: File, index: number) =>
          ({ id: `u${index}`, videoId: `v${index}`, name: file.name, bytes: 5, sent: 0, state: "sending" }) as const;
        this.items.value = files.map(({ file }, index) => row(file, index));
      }
    },
  };
});

const user = session as unknown as { value: unknown };
const file = (name: string) => new File(["bytes"], name);
const preview = (...frames: string[]) => ({ width: 16, height: 9, frames, isComplete: true });
let revoked: string[];

beforeEach(() => {
  revoked = [];
  URL.revokeObjectURL = (url) => void revoked.push(url);
  user.value = null;
  made.length = 0;
  user.value = { userId: "ada" };
  remove.mockReset().mockResolvedValue(undefined);
});

function sendTwo() {
  sendFiles(
    [
      { id: 1, file: file("a.mp4"), preview: preview("blob:a") },
      { id: 2, file: file("b.mp4"), preview: null },
    ],
    { quality: 85 },
  );
}

it("makes one instance for each user and ends the one before", () => {
  user.value = { userId: "ada", isAdmin: true };
  expect(made.map(({ owner }) => owner)).toEqual(["ada"]);
  user.value = { userId: "bob" };
  expect(made.map(({ owner, disposed }) => [owner, disposed])).toEqual([["ada", true], ["bob", false]]);
  user.value = null;
  expect(made[1]?.disposed).toBe(true);
  expect(uploads.value).toBeUndefined();
});

it("keeps the first frame of a sent file for its row and its card", () => {
  sendTwo();
  expect(localPoster("u0", "v0")).toBe("blob:a");
  expect(localPoster("u1", "v1")).toBeUndefined();
  made[0]?.arrive("v0");
  expect(localPoster("v0")).toBe("blob:a");
  user.value = null;
  expect(revoked).toContain("blob:a");
  expect(localPoster("v0")).toBeUndefined();
});

it("hides the record of a cancelled upload at once, and shows it if it cannot be deleted", async () => {
  sendTwo();
  const [item] = uploads.value?.items.value ?? [];
  if (item) cancelUpload(item);
  expect(made[0]?.cancelled).toEqual(["u0"]);
  expect(uploadingIds.value.has("v0")).toBe(true);
  await made[0]?.backend.remove("v9");
  expect(uploadingIds.value.has("v9")).toBe(true);
  remove.mockRejectedValueOnce(new Error("refused"));
  await expect(made[0]?.backend.remove("v9")).rejects.toThrow("refused");
  expect(uploadingIds.value.has("v9")).toBe(false);
});
