// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ApiError } from "../../api/errors";
import { retryVideo } from "../../api/videos";
import { video } from "../library/fake-library";
import { RetryDialog } from "./retry-dialog";

vi.mock("../../api/videos", () => ({ retryVideo: vi.fn() }));

const calls = vi.mocked(retryVideo);
let root: HTMLElement;

beforeEach(() => {
  root = document.body.appendChild(document.createElement("div"));
  calls.mockReset();
});

afterEach(() => {
  render(null, root);
  root.remove();
});

async function opened() {
  const [onClose, onQueued] = [vi.fn(), vi.fn()];
  const source = { container: "mov", codec: "h264", width: 1280, height: 720, duration: 60, frameRate: 30 };
  const ready = video(1, { extraction: { every: 2, quality: 85 }, result: { bytes: 3_100_000, frames: 30, source } });
  await act(() => render(<RetryDialog video={ready} onClose={onClose} onQueued={onQueued} />, root));
  const retry = () =>
    act(async () => {
      const buttons = [...root.querySelectorAll("button")];
      buttons.find((button) => button.textContent === "Extract again")?.click();
    });
  return { onClose, onQueued, retry };
}

it("begins with the options of the video and estimates from its result", async () => {
  await opened();
  expect(root.textContent).toContain("≈ 30 frames · ≈ 3.1 MB");
});

it("says why the server refuses, and repeats the same question with the same key", async () => {
  const { onClose, onQueued, retry } = await opened();
  calls.mockRejectedValueOnce(new ApiError(409, "source_gone"));
  await retry();
  expect(root.querySelector('[role="alert"]')?.textContent).not.toBe("");
  expect(onClose).not.toHaveBeenCalled();
  const queued = video(1, { status: "queued" });
  calls.mockResolvedValueOnce(queued);
  await retry();
  expect(onQueued).toHaveBeenCalledWith(queued);
  expect(onClose).toHaveBeenCalledOnce();
  const [first, second] = calls.mock.calls;
  expect(first?.[1]).toEqual({ every: 2, quality: 85 });
  expect(second?.[2]).toBe(first?.[2]);
});

it("loses no options by a press outside, and closes by Escape", async () => {
  const { onClose } = await opened();
  const dialog = root.querySelector("dialog");
  dialog?.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, clientX: 9, clientY: 9 }));
  expect(onClose).not.toHaveBeenCalled();
  dialog?.dispatchEvent(new Event("cancel", { cancelable: true }));
  expect(onClose).toHaveBeenCalledOnce();
});
