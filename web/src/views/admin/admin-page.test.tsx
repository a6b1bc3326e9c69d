// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type FakeAnswer, type FakeRequest, fakeServer, granted } from "../../auth/fake-server";
import { signIn, signOut } from "../../auth/session";
import { setLanguage } from "../../i18n";
import AdminPage from "./admin-page";

const at = "2026-11-21T12:00:00.000Z";
const video = (id: string, owner: string, more: object = {}) => ({
  id,
  owner,
  fileName: `${id}.mp4`,
  bytes: 1_000_000,
  contentType: "video/mp4",
  extraction: {},
  status: "ready",
  createdAt: at,
  updatedAt: at,
  expiresAt: at,
  ...more,
});
const result = { frames: 40, bytes: 2_000_000, source: { codec: "h264", container: "mov", width: 1, height: 1 } };
const failed = { status: "failed", error: { code: "encrypted", message: "…" } };

const rows = () => [...document.querySelectorAll("tbody tr")].map((row) => row.textContent ?? "");
const press = (name: string) => {
  const named = (button: HTMLElement) => (button.getAttribute("aria-label") ?? button.textContent) === name;
  [...document.querySelectorAll("button")].findLast(named)?.click();
};

/** Shows the view to an administrator; `list` answers for the lists. */
async function show(list: (query: URLSearchParams, request: FakeRequest) => FakeAnswer): Promise<FakeRequest[]> {
  const requests = fakeServer((request) => {
    if (request.action) return request.action === "InitiateAuth" ? granted("a") : { status: 200, body: {} };
    if (request.path === "/metrics") return { status: 200, body: "" };
    return list(new URLSearchParams(request.query), request);
  });
  await signIn("ada@example.com", "pw", false);
  render(<AdminPage />, document.body);
  return requests;
}

// happy-dom has no popovers
Object.assign(HTMLElement.prototype, { showPopover: vi.fn(), hidePopover: vi.fn() });

beforeEach(() => setLanguage("en"));
afterEach(async () => {
  render(null, document.body);
  await signOut();
  vi.unstubAllGlobals();
});

it("shows everyone's videos, and more on request", async () => {
  const first = Array.from({ length: 20 }, (_, index) => video(`a${index}`, "user-1", { result }));
  await show((query) =>
    query.get("cursor") === "next"
      ? { status: 200, body: { videos: [video("last", "someone-else", failed)] } }
      : { status: 200, body: { videos: first, cursor: "next" } },
  );
  await vi.waitFor(() => expect(rows()).toHaveLength(20));
  expect(rows()[0]).toMatch(/a0\.mp4you.*Ready401 MB/);
  press("Show more");
  await vi.waitFor(() => expect(rows()).toHaveLength(21));
  expect(rows()[20]).toMatch(/last\.mp4someone-.*Failed: This video is copy-protected\./);
  const link = document.querySelector<HTMLAnchorElement>("tbody tr:last-child a");
  expect(link?.getAttribute("href")).toBe("#/videos/last?user=someone-else");
});

it("reads on while the pages of a filter are nearly empty", async () => {
  const requests = await show((query) =>
    query.has("cursor")
      ? { status: 200, body: { videos: [video("found", "user-2", { result })] } }
      : { status: 200, body: { videos: [], cursor: "next" } },
  );
  await vi.waitFor(() => expect(rows()[0]).toMatch(/found/));
  expect(requests.filter(({ path }) => path === "/videos").map(({ query }) => query)).toEqual([
    "?limit=50&all=true",
    "?cursor=next&limit=50&all=true",
  ]);
});

it("stops after some pages without a match, and goes on when asked", async () => {
  const requests = await show(() => ({ status: 200, body: { videos: [], cursor: "next" } }));
  const reads = () => requests.filter(({ path }) => path === "/videos").length;
  const more = () => [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Show more");
  await vi.waitFor(() => expect(more()?.getAttribute("aria-busy") ?? "false").toBe("false"));
  await vi.waitFor(() => expect(reads()).toBe(10));
  await vi.waitFor(() => expect(more()?.disabled).not.toBe(true));
  expect(document.body.textContent).toContain("0 videos loaded");
  expect(document.body.textContent).not.toContain("No videos");
  more()?.click();
  await vi.waitFor(() => expect(reads()).toBe(20));
});

it("adds up a user's videos, and says over how many", async () => {
  const waiting = video("w", "user-2", { status: "awaiting_upload" });
  await show(() => ({ status: 200, body: { videos: [video("a", "user-2", { result }), video("b", "user-2", { result }), waiting] } }));
  await vi.waitFor(() => expect(rows()).toHaveLength(3));
  press("Usage of user-2");
  await vi.waitFor(() => expect(document.querySelector("dialog")?.textContent).toContain("the 3 videos"));
  const values = [...document.querySelectorAll("dialog dd")].map((value) => value.textContent);
  expect(values).toEqual(["3", "2 MB", "80", "4 MB"]);
});

it("deletes another user's video after asking", async () => {
  const requests = await show((_query, { method }) =>
    method === "DELETE" ? { status: 204 } : { status: 200, body: { videos: [video("a", "user-2", { result })] } },
  );
  await vi.waitFor(() => expect(rows()).toHaveLength(1));
  press("Delete a.mp4");
  await vi.waitFor(() => expect(document.querySelector("dialog")?.textContent).toContain("a.mp4 belongs to user-2"));
  press("Delete");
  await vi.waitFor(() => expect(document.body.textContent).toContain("No videos"));
  expect(requests.at(-1)).toMatchObject({ method: "DELETE", path: "/videos/a", query: "?user=user-2" });
});
