// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { setLanguage } from "../../i18n";
import { poster, video } from "./fake-library";
import type { LibraryVideo } from "./merge";
import { type CardActions, VideoCard } from "./video-card";

const source = { container: "mov", codec: "h264", width: 1280, height: 720, duration: 60, frameRate: 30 };
const kept: Partial<LibraryVideo> = { result: { bytes: 3_100_000, frames: 30, source }, poster: poster("a", 3600) };
const actions = { download: vi.fn(async () => {}), retry: vi.fn() } as unknown as CardActions;

const text = () => document.body.textContent ?? "";
const button = (label: string) => document.querySelector<HTMLButtonElement>(`[aria-label="${label}"]`);
const show = (changes: Partial<LibraryVideo>) =>
  render(<VideoCard video={video(1, changes)} actions={actions} />, document.body);

beforeEach(() => setLanguage("en"));
afterEach(() => {
  render(null, document.body);
  vi.clearAllMocks();
});

it("keeps poster and download of the earlier frames while a retry is queued", () => {
  show({ ...kept, status: "queued" });
  expect(text()).toContain("New extraction in the queue");
  expect(document.querySelector("img")?.src).toContain("poster.jpg");
  button("Download the frames of clip-1.mp4")?.click();
  expect(actions.download).toHaveBeenCalledOnce();
});

it("says that a new extraction failed, and offers another try", () => {
  show({ ...kept, status: "failed", error: { code: "internal", message: "" } });
  expect(text()).toContain("New extraction failed");
  button("Extract clip-1.mp4 again")?.click();
  expect(actions.retry).toHaveBeenCalledOnce();
});

it("has no download before there is a result", () => {
  show({ status: "queued" });
  expect(text()).toContain("In the queue");
  expect(button("Download the frames of clip-1.mp4")).toBeNull();
});

it("follows the clock", async () => {
  vi.useFakeTimers();
  show({ createdAt: new Date().toISOString() });
  expect(text()).toContain("now");
  await vi.advanceTimersByTimeAsync(61_000);
  expect(text()).toContain("1 minute ago");
  vi.useRealTimers();
});
