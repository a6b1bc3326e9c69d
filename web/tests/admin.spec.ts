import { goTo, onStage, signIn } from "./support/page";
import { newPerson } from "./support/person";
import { media } from "./support/stack";
import { expect, test } from "./support/test";

test("an administrator sees and deletes everyone's videos", async ({ page, person }) => {
  const name = "theirs.ts";
  const { id } = await person.api.extract(media("h264.ts"), { count: 3 }, name);
  const failed = await person.api.send(media("text.mp4"), {}, "broken.mp4");
  await person.api.ended(failed, "failed");
  const admin = await newPerson("admin");
  await signIn(page, admin);
  await page.getByRole("link", { name: "Admin" }).click();
  const rows = page.getByRole("row");
  const theirs = rows.filter({ has: page.getByRole("link", { name, exact: true }) });
  await expect(theirs).toContainText("Ready");

  await theirs.getByRole("button", { name: /^Usage of / }).click();
  const usage = page.getByRole("dialog", { name: /^Usage of / });
  await expect(usage).toContainText("From the 2 videos on this user's list.");
  await usage.getByRole("button", { name: "Show only this user's videos" }).click();
  await expect(rows.filter({ has: page.getByRole("link") })).toHaveCount(2);
  await page.getByLabel("Status").selectOption("Failed");
  await expect(rows.filter({ hasText: "broken.mp4" })).toContainText("This file is not a video.");
  await expect(theirs).toHaveCount(0);
  const failures = page.getByRole("region", { name: "Failures by reason" });
  await expect(failures.getByRole("listitem").filter({ hasText: "This file is not a video." })).toContainText(/\d/);

  await page.getByLabel("Status").selectOption("All");
  await theirs.getByRole("link", { name }).click();
  await onStage(page, 1);
  await page.goBack();
  await page.getByRole("button", { name: `Delete ${name}` }).click();
  const dialog = page.getByRole("dialog", { name: "Delete this video?" });
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(theirs).toHaveCount(0);
  expect((await person.api.call("GET", `videos/${id}`)).status).toBe(404);
});

test("only administrators find the administrators' view", async ({ page, person }) => {
  await signIn(page, person);
  await expect(page.getByRole("link", { name: "Settings" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Admin" })).toHaveCount(0);
  await goTo(page, "#/admin");
  await expect(page.getByText("There is nothing at this address")).toBeVisible();
});
