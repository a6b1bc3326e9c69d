import type { Page } from "@playwright/test";
import { readFile } from "node:fs/promises";
import type { VideoPage } from "../src/api/schema";
import { atHome, card, choose, isReady, send, signIn, uploadRow } from "./support/page";
import { largeVideo, PART_BYTES, slowDown, watchParts } from "./support/parts";
import type { Person } from "./support/person";
import { media } from "./support/stack";
import { expect, test } from "./support/test";

const PARTS = 8;
/** Slow enough that most parts are still to come when the first ones have arrived. */
const SLOW = 16_000_000;

/** Reloads in the middle of an upload. The browser asks first, because that interrupts it. */
async function reload(page: Page): Promise<void> {
  const asked = page.waitForEvent("dialog");
  const reloaded = page.reload();
  const dialog = await asked;
  expect(dialog.type()).toBe("beforeunload");
  await dialog.accept();
  await reloaded;
  await atHome(page);
}

async function onlyVideo(person: Person): Promise<string> {
  const { body } = await person.api.call<VideoPage>("GET", "videos");
  expect(body.videos).toHaveLength(1);
  return body.videos[0]?.id ?? "";
}

/** The size as the page shows it. */
function megabytes(bytes: number): string {
  const size = bytes / 1e6;
  return `${Number(size.toFixed(size < 100 ? 1 : 0))} MB`;
}

test("after a reload, only the missing parts are sent", async ({ page, context, person }, info) => {
  const file = await largeVideo(info.outputPath("big.mp4"), PARTS);
  const parts = watchParts(context);
  await signIn(page, person);
  const fast = await slowDown(page, SLOW);
  await choose(page, file);
  await send(page);
  await expect.poll(() => parts.arrived.length).toBeGreaterThan(0);
  await reload(page);
  await fast();

  const id = await onlyVideo(person);
  const row = uploadRow(page, "big.mp4");
  const total = megabytes((PARTS - 0.75) * PART_BYTES);
  await expect(async () => {
    const arrived = megabytes((await person.api.arrived(id)).length * PART_BYTES);
    await expect(row).toContainText(`Choose big.mp4 to go on: ${arrived} of ${total} have arrived.`, { timeout: 1000 });
  }).toPass();
  const arrived = await person.api.arrived(id);
  expect(arrived.length).toBeGreaterThan(0);
  expect(arrived.length).toBeLessThan(PARTS);

  // another file is refused in words, the right one goes on
  await row.locator("input[type=file]").setInputFiles(media("h264.ts"));
  await expect(row).toContainText("This is another file, or it has changed.");
  const begunBefore = parts.begun.length;
  await row.locator("input[type=file]").setInputFiles(file);
  await isReady(page, "big.mp4");
  const sentAfterwards = parts.begun.slice(begunBefore);
  expect(sentAfterwards.toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: PARTS }, (_, index) => index + 1).filter((part) => !arrived.includes(part)),
  );
  expect((await person.api.read(id)).result?.source.duration).toBeCloseTo(6, 1);
});

test("two tabs send a file once", async ({ page, context, person }, info) => {
  const file = await largeVideo(info.outputPath("shared.mp4"), PARTS);
  const parts = watchParts(context);
  await signIn(page, person, { stay: true });
  const fast = await slowDown(page, SLOW);
  await choose(page, file);
  await send(page);
  await expect.poll(() => parts.begun.length).toBeGreaterThan(0);

  const second = await context.newPage();
  await second.goto("./");
  await atHome(second);
  await expect(uploadRow(second, "shared.mp4")).toContainText(/Being sent in another tab · \d+%/);
  await fast();
  await isReady(page, "shared.mp4");
  await isReady(second, "shared.mp4");
  await expect(second.getByRole("region", { name: "Uploads" })).toHaveCount(0);
  expect(parts.begun.toSorted((a, b) => a - b)).toEqual(Array.from({ length: PARTS }, (_, index) => index + 1));
  await onlyVideo(person);
});

test.describe("with a file picker", () => {
  test.use({ pickers: "private" });

  test("an upload goes on by itself after a reload", async ({ page, context, person }) => {
    const parts = watchParts(context);
    await signIn(page, person);
    await page.evaluate(storeLargeVideo, {
      video: (await readFile(media("h264-30fps.mp4"))).toString("base64"),
      bytes: PARTS * PART_BYTES,
    });
    const fast = await slowDown(page, SLOW);
    await page.getByRole("button", { name: "Choose videos" }).click();
    await expect(page.getByRole("heading", { name: "One video to send" })).toBeVisible();
    await send(page);
    await expect.poll(() => parts.arrived.length).toBeGreaterThan(0);
    const before = [...parts.arrived];
    const begunBefore = parts.begun.length;
    await reload(page);
    await fast();
    await isReady(page, "kept.mp4");
    const sentAgain = parts.begun.slice(begunBefore).filter((part) => before.includes(part));
    expect(sentAgain).toEqual([]);
    await expect(card(page, "kept.mp4")).toContainText("0:06");
  });
});

/** Runs in the page: stores a video whose size comes from a `free` box as `largeVideo` does. */
async function storeLargeVideo({ video, bytes }: { video: string; bytes: number }): Promise<void> {
  const folder = await navigator.storage.getDirectory();
  const out = await (await folder.getFileHandle("kept.mp4", { create: true })).createWritable();
  const start = Uint8Array.from(atob(video), (character) => character.charCodeAt(0));
  const box = new DataView(new ArrayBuffer(8));
  box.setUint32(0, bytes - start.length);
  box.setUint32(4, 0x66726565);
  await out.write(start);
  await out.write(box.buffer);
  await out.truncate(bytes);
  await out.close();
}
