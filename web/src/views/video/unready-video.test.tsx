// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { VideoView } from "../../api/types";
import { setLanguage } from "../../i18n";
import { video } from "../library/fake-library";
import { FailedVideo, PendingVideo } from "./unready-video";
import { VideoStore } from "./video-store";

const source = { container: "mov", codec: "h264", width: 1280, height: 720, duration: 60, frameRate: 30 };
const kept: Partial<VideoView> = { result: { bytes: 3_100_000, frames: 30, source } };

const text = () => document.body.textContent ?? "";
const buttons = () => [...document.querySelectorAll("button")].map(({ textContent }) => textContent);
const showFailed = (code: "no_frames_in_range" | "not_a_video", changes: Partial<VideoView> = {}, user?: string) => {
  const failed = video(1, { status: "failed", error: { code, message: "" }, ...changes });
  render(<FailedVideo store={new VideoStore(failed.id, user)} video={failed} />, document.body);
};

beforeEach(() => setLanguage("en"));
afterEach(() => render(null, document.body));

it("offers other options only for a failure that they may change, and only to the owner", () => {
  showFailed("no_frames_in_range");
  expect(text()).toContain("No frames could be made");
  expect(buttons()).toEqual(["Again with other options…"]);
  showFailed("not_a_video");
  expect(buttons()).toEqual(["Send another file"]);
  showFailed("no_frames_in_range", {}, "another-user");
  expect(buttons()).toEqual([]);
});

it("shows a failed retry as a banner above the frames that it keeps", () => {
  showFailed("no_frames_in_range", kept);
  expect(document.querySelector('[role="status"]')?.textContent).toContain("the new one failed");
  expect(buttons()).toEqual(["Again with other options…"]);
  showFailed("not_a_video", kept);
  expect(text()).toContain("the new one failed");
  expect(buttons()).toEqual([]);
});

it("shows a running retry as a banner above the frames that it keeps", () => {
  const progress = { done: 1, total: 3 };
  render(<PendingVideo video={video(1, { ...kept, status: "processing", progress })} />, document.body);
  expect(document.querySelector('[role="status"]')?.textContent).toContain("1 of 3 frames");
  expect(document.querySelector("h2")).toBeNull();
});
