import type { VideoPage } from "../src/api/schema";
import { choose, isReady, send, signIn, uploadRow } from "./support/page";
import { largeVideo, partNumber, slowConnection, slowDown, watchParts } from "./support/parts";
import { expect, test } from "./support/test";

const PARTS = 8;
const SLOW = 16_000_000;
const OUTAGE_MS = 20_000;

test("an upload goes on by itself after a network cut of 20 seconds", async ({ page, context, person, guard }, info) => {
  guard.allow(/^no answer: .* net::ERR_(INTERNET_DISCONNECTED|NETWORK_CHANGED)$/);
  const file = await largeVideo(info.outputPath("cut.mp4"), PARTS);
  const parts = watchParts(context);
  await signIn(page, person);
  const connection = await slowConnection(page, SLOW);
  await choose(page, file);
  await send(page);
  await expect.poll(() => parts.arrived.length).toBeGreaterThan(0);
  await connection.setOffline(true);
  const before = [...parts.arrived];
  const begunBefore = parts.begun.length;
  await expect(uploadRow(page, "cut.mp4")).toContainText("No connection. It goes on by itself at");
  await expect(page.getByText("You are offline.")).toBeVisible();
  // the length of the cut is what is tested: time-outs must not give the upload up
  await new Promise((over) => setTimeout(over, OUTAGE_MS));
  await expect(uploadRow(page, "cut.mp4")).toContainText("No connection.");
  await connection.setOffline(false);
  await isReady(page, "cut.mp4");
  await expect(page.getByText("You are offline.")).toHaveCount(0);
  expect(parts.begun.slice(begunBefore).filter((part) => before.includes(part))).toEqual([]);
});

test("expired URLs are replaced by fresh ones", async ({ page, context, person, guard }, info) => {
  guard.allow(/^status 403: PUT /);
  const file = await largeVideo(info.outputPath("expired.mp4"), 5);
  const parts = watchParts(context);
  const refused = new Set<number>();
  let renewals = 0;
  page.on("request", (request) => {
    if (request.method() === "GET" && new URL(request.url()).pathname.endsWith("/upload")) renewals += 1;
  });
  await page.route(
    (url) => partNumber(url) === 2 || partNumber(url) === 3,
    async (route) => {
      const part = partNumber(new URL(route.request().url())) ?? 0;
      if (refused.has(part)) return route.fallback();
      refused.add(part);
      await route.fulfill({
        status: 403,
        headers: { "access-control-allow-origin": "*", "content-type": "application/xml" },
        body: "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
      });
    },
  );
  await signIn(page, person);
  await choose(page, file);
  await send(page);
  await isReady(page, "expired.mp4");
  expect([...refused].sort()).toEqual([2, 3]);
  expect(parts.arrived.toSorted()).toEqual([1, 2, 3, 4, 5]);
  expect(renewals).toBeGreaterThan(0);
});

test("an upload is paused and resumed, and cancelling removes its video", async ({ page, context, person }, info) => {
  const parts = watchParts(context);
  await signIn(page, person);
  await slowDown(page, SLOW);
  // parts arrive four at a time, so that several rounds are left after the pause
  await choose(page, await largeVideo(info.outputPath("paused.mp4"), 3 * PARTS));
  await send(page);
  await expect.poll(() => parts.arrived.length).toBeGreaterThan(0);
  const row = uploadRow(page, "paused.mp4");
  await row.getByRole("button", { name: "Pause paused.mp4" }).click();
  await expect(row).toContainText(/Paused at \d+%/);
  const before = [...parts.arrived];
  const begunBefore = parts.begun.length;
  await row.getByRole("button", { name: "Go on with paused.mp4" }).click();
  await expect(row).toContainText("MB/s");
  await expect.poll(() => parts.arrived.length).toBeGreaterThan(before.length);
  expect(parts.begun.slice(begunBefore).filter((part) => before.includes(part))).toEqual([]);

  const { body } = await person.api.call<VideoPage>("GET", "videos");
  const id = body.videos[0]?.id ?? "";
  await row.getByRole("button", { name: "Cancel paused.mp4" }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel this upload?" });
  await expect(dialog).toContainText(/MB of paused\.mp4 have arrived/);
  await dialog.getByRole("button", { name: "Cancel the upload" }).click();
  await expect(page.getByRole("region", { name: "Uploads" })).toHaveCount(0);
  await expect.poll(async () => (await person.api.call("GET", `videos/${id}`)).status).toBe(404);
});
