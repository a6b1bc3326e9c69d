import type { VideoView } from "../src/api/schema";
import { showAs } from "./support/library";
import { card, chooseFrames, goTo, onStage, signIn } from "./support/page";
import { media } from "./support/stack";
import { expect, test } from "./support/test";

const NAME = "h264.ts";

test("a retry keeps the earlier frames until the new ones are ready", async ({ page, person }) => {
  const { id } = await person.api.extract(media(NAME), { count: 2 });
  let changes: Partial<VideoView> = { status: "processing", progress: { done: 1, total: 3 } };
  await showAs(page, id, () => changes);
  await signIn(page, person);
  await expect(card(page, NAME)).toContainText("Extracting 1 of 3");
  await expect(card(page, NAME).locator("img")).toHaveAttribute("src", /poster\.jpg/);
  await expect(card(page, NAME).getByRole("button", { name: `Download the frames of ${NAME}` })).toBeVisible();

  await goTo(page, `#/videos/${id}`);
  await onStage(page, 1);
  const banner = page.getByRole("main").getByRole("status");
  await expect(banner).toContainText("The frames of the last extraction, until the new one is ready.");
  await expect(banner).toContainText("1 of 3 frames");
  await expect(page.getByRole("button", { name: "Download everything" })).toBeVisible();

  changes = { status: "failed", error: { code: "no_frames_in_range", message: "No frames." } };
  await expect(banner).toContainText("The frames of the last good extraction: the new one failed.");
  await onStage(page, 1);
  await expect(page.getByText("1 of 2", { exact: true })).toBeVisible();

  changes = {};
  await banner.getByRole("button", { name: "Again with other options" }).click();
  const dialog = page.getByRole("dialog", { name: `Extract again: ${NAME}` });
  await expect(dialog).toContainText("The present frames stay until the new ones are ready.");
  await chooseFrames(dialog, "How many");
  await dialog.getByLabel("Number of frames").fill("3");
  await dialog.getByRole("button", { name: "Extract again" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText("1 of 3", { exact: true })).toBeVisible({ timeout: 60_000 });
  await onStage(page, 1);
  await expect(banner).toHaveCount(0);
});
