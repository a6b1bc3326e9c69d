import type { Page } from "@playwright/test";
import { readFile } from "node:fs/promises";
import { goTo, onStage, signIn } from "./support/page";
import { newPerson, type Person } from "./support/person";
import { drawnValues, isPicture } from "./support/pixels";
import { media } from "./support/stack";
import { expect, test } from "./support/test";
import { framesOf, type ManifestFrame, readZip, timecode } from "./support/zip";

/** A frame in the page's grid; positions count from 1, as the numbers of this video do. */
const cell = (page: Page, position: number) => page.getByRole("option", { name: new RegExp(`^Frame ${position}, `) });

let person: Person;
let id: string;
let zip: Buffer;
let entries: Map<string, Buffer>;
let frames: ManifestFrame[];

test.beforeAll(async () => {
  person = await newPerson();
  const video = await person.api.extract(media("sample.mp4"), { every: 1 });
  id = video.id;
  zip = await person.api.download(video);
  entries = readZip(zip);
  frames = framesOf(entries);
  expect(frames).toHaveLength(16);
});

async function openVideo(page: Page): Promise<void> {
  await signIn(page, person);
  await goTo(page, `#/videos/${id}`);
  await onStage(page, 1);
}

/** Checks that the stage shows the frame at a position, with its time and index. */
async function shows(page: Page, position: number): Promise<void> {
  const frame = frames[position - 1];
  if (!frame) throw new Error(`There is no frame ${position}.`);
  const image = await onStage(page, position);
  await expect(image).toHaveAttribute("alt", `Frame ${position} of 16 at ${timecode(frame.time)}`);
  await expect(page.getByText(`${position} of 16`, { exact: true })).toBeVisible();
  expect(await isPicture(image, entries.get(frame.file) ?? Buffer.of()), `the picture of frame ${position}`).toBe(true);
}

/** Checks that a zip has exactly these frames, byte by byte. */
function hasFrames(saved: Buffer, positions: number[]): void {
  const files = readZip(saved);
  const expected = positions.map((position) => frames[position - 1]?.file ?? "");
  expect([...files.keys()]).toEqual(expected.map((name) => name.replace("frames/", "")));
  for (const name of expected) {
    expect(files.get(name.replace("frames/", ""))?.equals(entries.get(name) ?? Buffer.of()), name).toBe(true);
  }
}

/** Selects frames by keys, in ascending order. Only the cells near the screen exist, and the current one. */
async function select(page: Page, ...positions: number[]): Promise<void> {
  await cell(page, 1).focus();
  let at = 1;
  for (const position of positions) {
    for (; at < position; at += 1) await page.keyboard.press("ArrowRight");
    await expect(cell(page, position)).toBeFocused();
    await page.keyboard.press("Space");
    await expect(cell(page, position)).toHaveAttribute("aria-selected", "true");
  }
}

test("keys move through the frames", async ({ page }) => {
  await openVideo(page);
  await shows(page, 1);
  await page.getByRole("group", { name: "Frame on the stage" }).focus();
  for (const [key, position] of [
    ["ArrowRight", 2],
    ["ArrowLeft", 1],
    ["Shift+ArrowRight", 11],
    ["End", 16],
    ["ArrowRight", 16],
    ["Shift+ArrowLeft", 6],
    ["Home", 1],
  ] as const) {
    await page.keyboard.press(key);
    await shows(page, position);
  }
  await page.keyboard.press("Enter");
  await expect(cell(page, 1)).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(cell(page, 2)).toBeFocused();
  await page.keyboard.press("Enter");
  await shows(page, 2);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("heading", { name: "Your videos" })).toBeAttached();
});

test("the grid draws the frames, and the timeline leads to them", async ({ page }) => {
  await openVideo(page);
  const grid = page.getByRole("listbox", { name: /^16 frames/ });
  await grid.scrollIntoViewIfNeeded();
  for (const position of [1, 2, 3]) {
    await expect.poll(() => drawnValues(cell(page, position).locator("canvas"))).toBeGreaterThan(10);
  }
  await cell(page, 5).click();
  await shows(page, 5);
  const timeline = page.getByRole("slider", { name: "Timeline" });
  await expect(timeline).toHaveAttribute("aria-valuenow", "5");
  await timeline.focus();
  await page.keyboard.press("ArrowUp");
  await shows(page, 6);
  const box = await timeline.boundingBox();
  if (!box) throw new Error("The timeline has no place.");
  await page.mouse.click(box.x + box.width - 2, box.y + 10);
  await shows(page, 16);
});

test("three selected frames are downloaded as a zip", async ({ page }) => {
  await openVideo(page);
  await select(page, 2, 5, 16);
  const bar = page.getByRole("region", { name: "Selection" });
  await expect(bar).toContainText("3 frames selected");
  const begun = page.waitForEvent("download");
  await bar.getByRole("button", { name: "Download" }).click();
  const download = await begun;
  expect(download.suggestedFilename()).toBe("sample.zip");
  hasFrames(await readFile(await download.path()), [2, 5, 16]);
  await bar.getByRole("button", { name: "Clear" }).click();
  await expect(bar).toHaveCount(0);
});

test("one frame and everything are downloaded", async ({ page }) => {
  await openVideo(page);
  await page.getByRole("button", { name: "Next frame" }).click();
  await shows(page, 2);
  const one = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download this frame" }).click();
  const image = await one;
  expect(image.suggestedFilename()).toBe("sample_000002_00-00-01.000.jpg");
  expect((await readFile(await image.path())).equals(entries.get(frames[1]?.file ?? "") ?? Buffer.of())).toBe(true);

  const all = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download everything" }).click();
  const everything = await all;
  expect(everything.suggestedFilename()).toBe("sample.zip");
  expect((await readFile(await everything.path())).equals(zip)).toBe(true);
});

test.describe("with a file picker", () => {
  test.use({ pickers: "private" });

  test("selected frames are streamed into the chosen file", async ({ page }) => {
    await openVideo(page);
    await select(page, 1, 3, 4);
    await page.getByRole("region", { name: "Selection" }).getByRole("button", { name: "Download" }).click();
    await expect(page.getByText("3 frames saved")).toBeAttached();
    const bytes = await page.evaluate(async () => {
      const file = await (await navigator.storage.getDirectory()).getFileHandle("sample.zip");
      return [...new Uint8Array(await (await file.getFile()).arrayBuffer())];
    });
    hasFrames(Buffer.from(bytes), [1, 3, 4]);
  });
});

test("an expired link to the zip is replaced without a word", async ({ page, guard }) => {
  guard.allow(/^status 403: GET \S+\.zip$/);
  // so small that the last frame is not loaded before it is asked for: in a larger viewport, the filmstrip preloads it
  await page.setViewportSize({ width: 320, height: 480 });
  await openVideo(page);
  let refused = false;
  await page.route(/\.zip\?/, async (route) => {
    if (refused) return route.fallback();
    refused = true;
    await route.fulfill({ status: 403, headers: { "access-control-allow-origin": "*" }, body: "Request has expired" });
  });
  const renewed = page.waitForRequest((request) => new URL(request.url()).pathname.endsWith(`/videos/${id}`));
  await page.keyboard.press("End");
  await renewed;
  await shows(page, 16);
});
