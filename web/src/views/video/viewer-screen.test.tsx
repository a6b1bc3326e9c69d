// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { VideoView } from "../../api/types";
import { type FrameArchive, type FrameEntry, ImageCache } from "../../zip";
import { Viewer } from "./viewer";
import { ViewerScreen } from "./viewer-screen";

const COUNT = 50_000;
const video = {
  fileName: "clip.mp4",
  bytes: 1_000,
  createdAt: "2026-11-21T12:00:00.123Z",
  expiresAt: "2026-12-21T12:00:00.000Z",
  extraction: { every: 2 },
  warnings: [{ message: "The clock jumps ahead.", time: 8 }],
} as VideoView;

function open() {
  const frames = Array.from(
    { length: COUNT },
    (_, index): FrameEntry => ({
      index: index + 1, name: `frames/${index}`, time: index * 2, bytes: 1_000, type: "image/jpeg", offset: 0, end: 1,
    }),
  );
  const read = vi.fn(() => new Promise<Blob>(() => undefined));
  const archive: FrameArchive = { frames, read, find: () => undefined, storyboard: () => Promise.resolve([]) };
  const viewer = new Viewer(archive, new ImageCache(archive), 16 / 9, COUNT * 2);
  const root = document.createElement("main");
  document.body.replaceChildren(root);
  render(<ViewerScreen viewer={viewer} video={video} />, root);
  return { viewer, root, read };
}

function press(key: string, more: KeyboardEventInit = {}) {
  const target = document.activeElement ?? document.body;
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
}

const focused = () => document.activeElement?.id;

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1200);
  vi.spyOn(HTMLElement.prototype, "scrollIntoView").mockImplementation(() => undefined);
});

afterEach(() => {
  render(null, document.querySelector("main") ?? document.body);
  vi.restoreAllMocks();
});

describe("ViewerScreen", () => {
  it("has few cells for many frames, and says how many there are", async () => {
    const { root } = open();
    await vi.waitFor(() => expect(root.querySelectorAll("[role=option]").length).toBeGreaterThan(5));
    const cells = root.querySelectorAll("[role=option]");
    expect(cells.length).toBeLessThan(150);
    expect(cells[0]?.getAttribute("aria-setsize")).toBe(String(COUNT));
    expect(root.querySelectorAll("[role=option][tabindex='0']")).toHaveLength(1);
  });

  it("moves by keys and keeps the focus in the grid", async () => {
    const { viewer, root } = open();
    press("ArrowRight");
    press("ArrowRight", { shiftKey: true });
    expect(viewer.current.value).toBe(11);
    await vi.waitFor(() => expect(root.querySelector(".readout-time")?.textContent).toBe("00:00:22.000"));
    await vi.waitFor(() => expect(root.querySelector("#frame-11")).not.toBeNull());
    press("Enter");
    expect(focused()).toBe("frame-11");
    press("End");
    await vi.waitFor(() => expect(focused()).toBe(`frame-${COUNT - 1}`));
    expect(document.activeElement?.getAttribute("aria-posinset")).toBe(String(COUNT));
    press("Home");
    await vi.waitFor(() => expect(focused()).toBe("frame-0"));
    press("ArrowDown");
    await vi.waitFor(() => expect(focused()).toBe(`frame-${viewer.columns}`));
    press("Enter");
    expect(document.activeElement?.classList).toContain("stage-view");
  });

  it("selects frames and says how many", async () => {
    const { viewer, root } = open();
    press(" ");
    press("ArrowRight");
    press("ArrowRight");
    press(" ", { shiftKey: true });
    expect([...viewer.selection.value.positions]).toEqual([0, 1, 2]);
    const bar = () => root.querySelector(".selection-bar");
    await vi.waitFor(() => expect(bar()?.textContent).toContain("3 frames selected · 3 kB"));
    await vi.waitFor(() => expect(root.querySelectorAll("[role=option][aria-selected=true]")).toHaveLength(3));
    press("Escape");
    await vi.waitFor(() => expect(bar()).toBeNull());
  });

  it("moves the focus to the grid when the selection is cleared", async () => {
    const { root } = open();
    press(" ");
    const clear = () => root.querySelector<HTMLElement>(".selection-bar button");
    await vi.waitFor(() => expect(clear()).not.toBeNull());
    clear()?.focus();
    clear()?.click();
    await vi.waitFor(() => expect(root.querySelector(".selection-bar")).toBeNull());
    expect(focused()).toBe("frame-0");
  });

  it("ends a download when it is left", async () => {
    const { viewer, root } = open();
    const read = vi.spyOn(viewer, "readOnce");
    press(" ");
    press("ArrowRight");
    press(" ");
    await vi.waitFor(() => expect(root.querySelector(".selection-bar .button-primary")).not.toBeNull());
    root.querySelector<HTMLElement>(".selection-bar .button-primary")?.click();
    await vi.waitFor(() => expect(read).toHaveBeenCalledTimes(2));
    const signals = read.mock.calls.map(([, { signal }]) => signal);
    expect(signals.map((signal) => signal?.aborted)).toEqual([false, false]);
    render(null, root);
    await vi.waitFor(() => expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]));
  });

  it("leads from a warning to its frame", async () => {
    const { viewer, root } = open();
    root.querySelector<HTMLElement>(".warning-list-time")?.click();
    expect(viewer.current.value).toBe(4);
    await vi.waitFor(() => expect(root.querySelector(".timeline-warning")).not.toBeNull());
  });

  it("shows the keys", async () => {
    const { root } = open();
    press("?", { shiftKey: true });
    await vi.waitFor(() => expect(root.querySelector("dialog")?.textContent).toContain("Ten frames"));
  });
});
