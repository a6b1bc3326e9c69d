import { appendFile, readFile } from "node:fs/promises";
import { goTo, onStage, signIn } from "./support/page";
import { media, stackUrl } from "./support/stack";
import { expect, test } from "./support/test";
import { Traffic } from "./support/traffic";

/** Each copy of the video has 60 frames, whose JPEGs of quality 95 have about 500 kB each. */
const COPIES = 38;
const FRAMES = COPIES * 60;
const MOST_BYTES = 1_000_000;

test("a frame of a zip over 1 GB needs at most 1 MB", async ({ page, person }, info) => {
  test.setTimeout(600_000);
  const file = info.outputPath("long.ts");
  const copy = await readFile(media("large-images.ts"));
  for (let copies = 0; copies < COPIES; copies += 1) await appendFile(file, copy);
  // a rate above the video's own chooses every frame
  const video = await person.api.extract(file, { fps: 40, quality: 95 }, "long.ts", 500);
  expect(video.result?.frames).toBe(FRAMES);
  expect(video.result?.bytes).toBeGreaterThan(1_000_000_000);

  await signIn(page, person);
  // the library shows the poster, which is a copy of the first frame
  const poster = page.locator(".poster img");
  await expect.poll(() => poster.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1920);
  const traffic = await Traffic.of(page);
  await goTo(page, `#/videos/${video.id}`);
  const first = await onStage(page, 1);
  const toSeeOne = traffic.from(stackUrl);
  expect(await first.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1920);
  expect(toSeeOne).toBeGreaterThan(400_000);
  expect(toSeeOne, `bytes to see the first frame:\n${traffic}`).toBeLessThanOrEqual(MOST_BYTES);

  traffic.reset();
  await page.getByRole("group", { name: "Frame on the stage" }).focus();
  await page.keyboard.press("End");
  await onStage(page, FRAMES);
  expect(traffic.from(stackUrl), "bytes to see the last frame").toBeLessThanOrEqual(MOST_BYTES);
  await expect(page.getByText("2,280 of 2,280", { exact: true })).toBeVisible();
  info.annotations.push({ type: "bytes to see a frame", description: String(toSeeOne) });
});
