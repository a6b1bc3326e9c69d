import type { VideoPage } from "../src/api/schema";
import { NO_WEBHOOK } from "./support/guard";
import { act, atHome, card, choose, chooseFrames, goTo, isReady, send, signIn, uploadRow } from "./support/page";
import { slowDown } from "./support/parts";
import { media } from "./support/stack";
import { expect, test } from "./support/test";

test("two videos are sent at once and become frames", async ({ page, person }) => {
  await signIn(page, person);
  await choose(page, media("sample.mp4"), media("vp9.webm"));
  await expect(page.getByRole("heading", { name: "2 videos to send" })).toBeVisible();
  // the browser reads both, so the page shows their lengths before it sends anything
  const chosen = page.getByRole("region", { name: "2 videos to send" });
  await expect(chosen.getByRole("listitem").filter({ hasText: "sample.mp4" })).toContainText("0:16");
  await expect(chosen.getByRole("listitem").filter({ hasText: "vp9.webm" })).toContainText("0:05");
  await chooseFrames(page, "How many");
  await page.getByLabel("Number of frames").fill("12");
  await expect(page.getByText("≈ 24 frames")).toBeVisible();
  await page.getByRole("button", { name: "More options" }).click();
  await page.getByLabel("Largest width").fill("640");
  await page.getByRole("checkbox", { name: "Contact sheet" }).check();

  const fast = await slowDown(page, 100_000);
  await send(page);
  await expect(uploadRow(page, "vp9.webm")).toBeVisible();
  const bar = page.getByRole("progressbar", { name: "Upload of sample.mp4" });
  await expect.poll(async () => Number(await bar.getAttribute("aria-valuenow"))).toBeGreaterThan(0);
  await expect(uploadRow(page, "sample.mp4")).toContainText(/\d+%/);
  await fast();
  await isReady(page, "sample.mp4");
  await isReady(page, "vp9.webm");
  await expect(page.getByRole("region", { name: "Uploads" })).toHaveCount(0);
  for (const name of ["sample.mp4", "vp9.webm"]) {
    await expect(card(page, name)).toContainText("12 frames");
    await expect(card(page, name)).toContainText(/Expires in \d+ days/);
  }
  const poster = card(page, "sample.mp4").locator("img");
  await expect(poster).toHaveAttribute("src", /poster\.jpg/);
  await expect.poll(() => poster.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(640);

  const { body } = await person.api.call<VideoPage>("GET", "videos");
  expect(body.videos.map(({ fileName }) => fileName).sort()).toEqual(["sample.mp4", "vp9.webm"]);
  expect(body.videos[0]?.extraction).toMatchObject({ count: 12, width: 640 });
});

test("files are taken wherever they are dropped", async ({ page, person, guard }) => {
  guard.allow(NO_WEBHOOK);
  await signIn(page, person);
  await goTo(page, "#/settings");
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
  const dataTransfer = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["bytes"], "dropped.mp4", { type: "video/mp4" }));
    return transfer;
  });
  await expect(async () => {
    await page.dispatchEvent("main", "dragenter", { dataTransfer });
    await expect(page.getByText("Drop to add")).toBeVisible({ timeout: 500 });
  }).toPass();
  await page.dispatchEvent("main", "drop", { dataTransfer });
  await atHome(page);
  await expect(page.getByRole("region", { name: "One video to send" }).getByRole("listitem")).toContainText("dropped.mp4");
});

test("options are remembered, and wrong ones cannot be sent", async ({ page, person }) => {
  await signIn(page, person);
  await choose(page, media("h264.ts"));
  await page.getByRole("button", { name: "Scenes", exact: true }).click();
  await expect(page.getByRole("radio", { name: "Scenes" })).toBeChecked();
  await chooseFrames(page, "How many");
  await page.getByLabel("Number of frames").fill("0");
  await send(page);
  await expect(page.getByText("Write a whole number from 1 to 50,000.")).toBeVisible();
  await expect(page.getByLabel("Number of frames")).toBeFocused();
  await page.getByLabel("Number of frames").fill("3");
  await send(page);
  await isReady(page, "h264.ts");
  await expect(card(page, "h264.ts")).toContainText("3 frames");

  await page.reload();
  await choose(page, media("mpeg2.ts"));
  await expect(page.getByRole("radio", { name: "How many" })).toBeChecked();
  await expect(page.getByLabel("Number of frames")).toHaveValue("3");
  await page.getByRole("button", { name: "Remove mpeg2.ts" }).click();
  await expect(page.getByRole("button", { name: "Send video" })).toHaveCount(0);
});

test("a file that is not a video fails with its reason, and a video can be retried", async ({ page, person }) => {
  await signIn(page, person);
  await choose(page, media("text.mp4"), media("mjpeg.avi"));
  await expect(page.getByText("We will look at it on the server.")).toHaveCount(2);
  await chooseFrames(page, "Every…");
  await page.getByLabel("One frame every").fill("1");
  await send(page);
  await expect(card(page, "text.mp4")).toContainText("Failed");
  await expect(card(page, "text.mp4")).toContainText("This file is not a video.");
  await expect(card(page, "text.mp4")).toContainText("Check that you chose the right file.");
  await isReady(page, "mjpeg.avi");
  await expect(card(page, "mjpeg.avi")).toContainText("5 frames");

  await act(page, "mjpeg.avi", "Again with other options");
  const dialog = page.getByRole("dialog", { name: "Extract again: mjpeg.avi" });
  await expect(dialog.getByLabel("One frame every")).toHaveValue("1");
  await chooseFrames(dialog, "How many");
  await dialog.getByLabel("Number of frames").fill("2");
  await dialog.getByRole("button", { name: "Extract again" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(card(page, "mjpeg.avi")).toContainText("2 frames");
  await isReady(page, "mjpeg.avi");
});
