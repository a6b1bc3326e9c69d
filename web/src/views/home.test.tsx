// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi, type Mock } from "vitest";
import type { UploadItem } from "../upload/types";
import { FakeLibrary, video } from "./library/fake-library";

const state = vi.hoisted(() => ({ added: [] as unknown[] }));
const api = vi.hoisted(() => {
  const names = ["createVideo", "completeUpload", "readUpload", "readVideo", "listVideos", "deleteVideo"] as const;
  return Object.fromEntries(names.map((name) => [name, vi.fn()])) as Record<(typeof names)[number], Mock>;
});

vi.mock("../auth/session", async () => {
  const { signal: made } = await import("@preact/signals");
  return {
    beforeSignOut: vi.fn(),
    session: made({ userId: "me", email: "me@example.com", isAdmin: false }),
    sessionExpired: made(false),
  };
});
vi.mock("../api/videos", () => api);
vi.mock("../upload/uploads", async () => {
  const { signal: made } = await import("@preact/signals");
  return {
    Uploads: class {
      items = made<readonly UploadItem[]>([]);
      busy = made(false);
      restore = async () => undefined;
      wake = () => undefined;
      dispose = () => undefined;
      add = (files: unknown[]) => state.added.push(...files);
    },
  };
});
vi.mock("./sending/preview", () => ({ STRIP: 5, readPreview: () => Promise.reject(new Error("cannot read it")) }));

// happy-dom has no popovers
Object.assign(HTMLElement.prototype, { showPopover: vi.fn(), hidePopover: vi.fn() });

let root: HTMLElement;
let server: FakeLibrary;

const text = () => root.textContent ?? "";
const settle = () => act(() => new Promise((done) => setTimeout(done, 30)));
const button = (name: string) => [...root.querySelectorAll("button")].find((other) => other.textContent === name);

/** Presses a key where the focus is. */
async function press(init: KeyboardEventInit) {
  const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init });
  await act(() => void document.activeElement?.dispatchEvent(event));
  return event;
}

async function search(name: string) {
  const field = root.querySelector<HTMLInputElement>('input[type="search"]');
  if (!field) throw new Error("no search");
  await act(() => {
    field.value = name;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

async function shown() {
  const [{ Home }, { Toasts }] = await Promise.all([import("./home"), import("../ui/toast")]);
  await act(() =>
    render(
      <>
        <Home />
        <Toasts />
      </>,
      root,
    ),
  );
  await settle();
}

beforeEach(() => {
  vi.resetModules();
  localStorage.clear();
  state.added = [];
  server = new FakeLibrary();
  api.listVideos.mockImplementation((query) => server.list(query));
  api.deleteVideo.mockReset().mockResolvedValue(undefined);
  vi.stubGlobal("IntersectionObserver", class { observe() {} disconnect() {} });
  root = document.body.appendChild(document.createElement("div"));
});

afterEach(() => {
  render(null, root);
  root.remove();
});

describe("Home", () => {
  it("invites to the first video", async () => {
    await shown();
    expect(root.querySelector(".drop-zone-large")).not.toBeNull();
    expect(text()).toContain("Drop your videos here");
    expect(root.querySelector(".library-view")).toBeNull();
  });

  it("lists videos with their status and what came of them", async () => {
    const source = { container: "mov", codec: "h264", width: 1280, height: 720, duration: 63 };
    server.videos = [
      video(4, { status: "processing", progress: { done: 43, total: 120 } }),
      video(3, { status: "failed", error: { code: "not_a_video", message: "no" } }),
      video(2, { result: { bytes: 2_000_000, frames: 120, source }, warnings: [{ message: "A gap." }] }),
      video(1, { status: "queued" }),
    ];
    await shown();
    expect(root.querySelector(".drop-zone-bar")).not.toBeNull();
    const cards = [...root.querySelectorAll(".video-card")].map((card) => card.textContent ?? "");
    expect(cards[0]).toContain("Extracting 43 of 120");
    expect(cards[1]).toContain("Failed");
    expect(cards[2]).toContain("120 frames · 2 MB");
    expect(cards[2]).toContain("1:03");
    expect(cards[2]).toContain("One warning");
    expect(cards[3]).toContain("In the queue");
  });

  it("searches in what is loaded", async () => {
    server.add(1, 2, 12);
    await shown();
    await search("CLIP-1");
    expect(root.querySelectorAll(".video-card")).toHaveLength(2);
    await search("nothing");
    expect(text()).toContain("No video has “nothing” in its name");
  });

  it("loads older videos for a search only when asked", async () => {
    server.add(...Array.from({ length: 60 }, (_, index) => index + 1));
    await shown();
    await search("clip-1.mp4");
    const seen = [{ isIntersecting: true }];
    vi.stubGlobal(
      "IntersectionObserver",
      class {
        constructor(private readonly see: (entries: object[]) => void) {}
        observe() {
          this.see(seen);
        }
        disconnect() {}
      },
    );
    const before = server.calls.length;
    await act(() => button("More")?.click());
    await settle();
    expect(server.calls).toHaveLength(before + 1);
    await search("");
    await vi.waitFor(() => expect(root.querySelectorAll(".video-card")).toHaveLength(60));
  });

  it("sends chosen files with the options", async () => {
    server.add(1);
    await shown();
    const input = root.querySelector<HTMLInputElement>('.drop-zone-input[type="file"]');
    if (!input) throw new Error("no input");
    const file = new File(["bytes"], "holiday.mov", { type: "video/quicktime" });
    Object.defineProperty(input, "files", { value: [file, new File([], "empty.mp4")] });
    await act(() => void input.dispatchEvent(new Event("change", { bubbles: true })));
    for (let tries = 0; tries < 50 && !button("Send video"); tries += 1) await settle();
    expect(text()).toContain("We will look at it on the server.");
    expect(text()).toContain("empty.mp4 is empty and was left out.");
    const { library } = await import("./library/library");
    await act(() => library.peek().filterBy("ready"));
    await act(() => button("Send video")?.click());
    expect(library.peek().status.value).toBeUndefined();
    expect(state.added).toEqual([{ file, extraction: { quality: 85 } }]);
    expect(root.querySelector(".sending-panel")).toBeNull();
  });

  it("hides a deleted video at once, and deletes it when the page goes away", async () => {
    server.add(1, 2);
    await shown();
    const key = new KeyboardEvent("keydown", { key: "Delete", bubbles: true });
    await act(() => void root.querySelector(".video-card-link")?.dispatchEvent(key));
    expect(root.querySelectorAll(".video-card")).toHaveLength(1);
    expect(api.deleteVideo).not.toHaveBeenCalled();
    dispatchEvent(new Event("pagehide"));
    expect(api.deleteVideo).toHaveBeenCalledWith(video(2).id);
  });

  it("undoes the last deletion by the keyboard, and moves the focus to its card", async () => {
    server.add(1, 2);
    await shown();
    root.querySelector<HTMLElement>(".video-card-link")?.focus();
    await press({ key: "Delete" });
    expect(root.querySelectorAll(".video-card")).toHaveLength(1);
    expect((await press({ key: "z", ctrlKey: true })).defaultPrevented).toBe(true);
    await settle();
    expect(root.querySelectorAll(".video-card")).toHaveLength(2);
    expect(document.activeElement).toBe(root.querySelector(".video-card-link"));
    expect((await press({ key: "z", ctrlKey: true })).defaultPrevented).toBe(false);
    dispatchEvent(new Event("pagehide"));
    expect(api.deleteVideo).not.toHaveBeenCalled();
  });

  it("undoes a deletion by the button of its message, and deletes when the message goes away", async () => {
    server.add(1, 2);
    await shown();
    root.querySelector<HTMLElement>(".video-card-link")?.focus();
    await press({ key: "Delete" });
    button("Undo")?.focus();
    await act(() => button("Undo")?.click());
    await settle();
    expect(document.activeElement?.textContent).toBe("clip-2.mp4");
    expect(button("Undo")).toBeUndefined();
    await press({ key: "Delete" });
    expect(api.deleteVideo).not.toHaveBeenCalled();
    await act(() => root.querySelector<HTMLElement>('.toast [aria-label="Close"]')?.click());
    expect(api.deleteVideo).toHaveBeenCalledWith(video(2).id);
  });

  it("leaves Ctrl+Z to text fields and dialogs", async () => {
    server.add(1, 2);
    await shown();
    root.querySelector<HTMLElement>(".video-card-link")?.focus();
    await press({ key: "Delete" });
    root.querySelector<HTMLElement>('input[type="search"]')?.focus();
    await press({ key: "z", metaKey: true });
    root.querySelector<HTMLElement>(".video-card-link")?.focus();
    const dialog = root.appendChild(document.createElement("dialog"));
    dialog.open = true;
    await press({ key: "z", metaKey: true });
    expect(root.querySelectorAll(".video-card")).toHaveLength(1);
    dialog.remove();
    await press({ key: "z", metaKey: true });
    expect(root.querySelectorAll(".video-card")).toHaveLength(2);
  });

  it("keeps the focus if the search hides the card that is back", async () => {
    server.add(1, 2);
    await shown();
    root.querySelector<HTMLElement>(".video-card-link")?.focus();
    await press({ key: "Delete" });
    await search("clip-1");
    await press({ key: "z", ctrlKey: true });
    await settle();
    expect(document.activeElement).toBe(root.querySelector(".video-card-link"));
    expect(document.activeElement?.textContent).toBe("clip-1.mp4");
    await search("");
    expect(root.querySelectorAll(".video-card")).toHaveLength(2);
  });
});
