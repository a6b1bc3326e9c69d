import { NO_WEBHOOK } from "./support/guard";
import { NAMES, showAsProcessing } from "./support/library";
import { card, choose, chooseFrames, goTo, onStage, send, signIn, uploadRow } from "./support/page";
import { largeVideo, slowDown } from "./support/parts";
import { newPerson } from "./support/person";
import { takePictures } from "./support/picture";
import { media } from "./support/stack";
import { expect, test } from "./support/test";

test.describe.configure({ timeout: 300_000 });

test("the sign-in view", async ({ page }) => {
  await page.goto("./");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await takePictures(page, "sign-in");
});

test("an empty library, and sending", async ({ page, person }, info) => {
  await signIn(page, person);
  await takePictures(page, "empty");
  await choose(page, media("sample.mp4"), media("scenes.mp4"));
  await chooseFrames(page, "How many");
  await page.getByLabel("Number of frames").fill("24");
  await expect(page.getByText("≈ 48 frames")).toBeVisible();
  await expect(page.getByText("Looking inside…")).toHaveCount(0);
  await takePictures(page, "sending");
  await page.getByRole("button", { name: "Discard all" }).click();
  await choose(page, await largeVideo(info.outputPath("Mountain walk.mp4"), 12));
  await slowDown(page, 1_000_000);
  await send(page);
  await expect(uploadRow(page, "Mountain walk.mp4")).toContainText("about");
  await takePictures(page, "uploading");
});

test("the library", async ({ page, library }) => {
  await showAsProcessing(page, library.awaited);
  await signIn(page, library.person);
  await expect(card(page, NAMES.awaited)).toContainText("Extracting 43 of 120");
  await takePictures(page, "library");
});

test("a video", async ({ page, library }) => {
  await signIn(page, library.person);
  await goTo(page, `#/videos/${library.sunset.id}`);
  await onStage(page, 1);
  await page.getByRole("group", { name: "Frame on the stage" }).focus();
  await page.keyboard.press("Shift+ArrowRight");
  await onStage(page, 11);
  await takePictures(page, "video", () => page.evaluate(() => scrollTo(0, 0)));
  await page.keyboard.press("Enter");
  for (const key of ["Space", "ArrowRight", "Space", "ArrowDown", "Space"]) await page.keyboard.press(key);
  await expect(page.getByText("3 frames selected")).toBeVisible();
  await takePictures(page, "frames", () => page.getByRole("listbox").evaluate((grid) => grid.scrollIntoView()));
});

test("a failed video", async ({ page, library }) => {
  await signIn(page, library.person);
  await goTo(page, `#/videos/${library.failed.id}`);
  await expect(page.getByText("This file is not a video.")).toBeVisible();
  await takePictures(page, "failed");
});

test("settings and administration", async ({ page, library, guard }) => {
  guard.allow(NO_WEBHOOK);
  expect(library.sunset.status).toBe("ready");
  await signIn(page, await newPerson("admin"));
  await goTo(page, "#/settings");
  await expect(page.getByRole("button", { name: "Set webhook" })).toBeVisible();
  await takePictures(page, "settings");
  await goTo(page, "#/admin");
  await expect(page.getByRole("link", { name: NAMES.sunset }).first()).toBeVisible();
  await takePictures(page, "admin");
});
