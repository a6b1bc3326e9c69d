import { NAMES } from "./support/library";
import { act, card, goTo, signIn } from "./support/page";
import { media } from "./support/stack";
import { expect, test } from "./support/test";

test("deleting can be undone, and is real without that", async ({ page, person }) => {
  const { id } = await person.api.extract(media("h264.ts"), { count: 2 });
  await signIn(page, person);
  await act(page, "h264.ts", "Delete");
  await expect(card(page, "h264.ts")).toHaveCount(0);
  await page.getByRole("region", { name: "Notifications" }).getByRole("button", { name: "Undo" }).click();
  await expect(card(page, "h264.ts")).toBeVisible();
  const link = card(page, "h264.ts").getByRole("link");
  await expect(link).toBeFocused();
  await page.keyboard.press("Delete");
  await expect(card(page, "h264.ts")).toHaveCount(0);
  await page.keyboard.press("Control+z");
  await expect(link).toBeFocused();
  expect((await person.api.read(id)).status).toBe("ready");

  await act(page, "h264.ts", "Delete");
  await expect.poll(async () => (await person.api.call("GET", `videos/${id}`)).status).toBe(404);
  await page.reload();
  await expect(page.getByText("Drop your videos here")).toBeVisible();
});

test("videos are found by name and by status", async ({ page, library }) => {
  await signIn(page, library.person);
  await expect(card(page, NAMES.sunset)).toBeVisible();
  await page.getByLabel("Search by name").fill("PHONE");
  await expect(card(page, NAMES.phone)).toBeVisible();
  await expect(card(page, NAMES.sunset)).toHaveCount(0);
  await page.getByLabel("Search by name").fill("nothing like it");
  await page.getByRole("button", { name: "Clear the search" }).click();
  await page.getByLabel("Status").selectOption("Failed");
  await expect(card(page, NAMES.failed)).toBeVisible();
  await expect(card(page, NAMES.sunset)).toHaveCount(0);
  await page.getByLabel("Status").selectOption("In the queue");
  await page.getByRole("button", { name: "Show all" }).click();
  await expect(card(page, NAMES.sunset)).toBeVisible();
});

test("warnings are shown with their times", async ({ page, library }) => {
  await signIn(page, library.person);
  await card(page, NAMES.damaged).getByRole("button", { name: /warning/ }).click();
  const dialog = page.getByRole("dialog", { name: `Warnings: ${NAMES.damaged}` });
  await expect(dialog.getByRole("listitem").first()).not.toBeEmpty();
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(card(page, NAMES.damaged).getByRole("button", { name: /warning/ })).toBeFocused();
});

test("a video that becomes ready elsewhere appears without a reload", async ({ page, person }) => {
  await person.api.create("waits.mp4", 1000);
  await signIn(page, person);
  await expect(card(page, "waits.mp4")).toContainText("Waiting for the file");
  await person.api.send(media("vp8.webm"), { count: 2 });
  await expect(card(page, "vp8.webm")).toContainText("Ready");
});

test("the page of a failed video says what to do, and other addresses lead back", async ({ page, library, guard }) => {
  guard.allow(/^status 404: GET \S+\/videos\//);
  await signIn(page, library.person);
  await card(page, NAMES.failed).getByRole("link", { name: NAMES.failed }).click();
  await expect(page.getByRole("heading", { name: "No frames could be made" })).toBeVisible();
  await expect(page.getByText("This file is not a video.")).toBeVisible();
  await page.getByRole("link", { name: "All videos" }).click();
  await expect(card(page, NAMES.failed)).toBeVisible();
  await goTo(page, "#/videos/01990000-0000-7000-8000-000000000000");
  await expect(page.getByText("This video is not here")).toBeVisible();
  await goTo(page, "#/nowhere");
  await page.getByRole("link", { name: "Go to your videos" }).click();
  await expect(card(page, NAMES.failed)).toBeVisible();
});
