import { expect, it } from "vitest";
import { withLinks } from "./links";
import type { Video, VideoView } from "./types";

const download = { name: "a.zip", url: "https://s3.test/a.zip", expiresAt: "2026-12-01T00:00:00.000Z", bytes: 9 };
const poster = { name: "poster.jpg", url: "https://s3.test/poster.jpg", expiresAt: "2026-12-01T00:00:00.000Z" };
const result = { bytes: 9, frames: 2 };
const known = { id: "1", status: "ready", result, download, poster, progress: { done: 1, total: 2 } } as unknown as VideoView;

it("keeps the links to the result that a retry keeps, and nothing else of the older record", () => {
  const queued = { id: "1", status: "queued", result } as Video;
  expect(withLinks(queued, known)).toEqual({ id: "1", status: "queued", result, download, poster });
});

it("keeps no links without a result, and prefers those of the newer record", () => {
  const none = { id: "1", status: "queued" } as Video;
  expect(withLinks(none, known)).toEqual(none);
  const newer = { ...known, download: { ...download, url: "https://s3.test/b.zip" } };
  expect(withLinks(newer, known).download?.url).toBe("https://s3.test/b.zip");
});
