import type { Page } from "@playwright/test";
import { COGNITO_REFUSAL } from "./support/guard";
import { card, choose, chooseFrames, isReady, send, signIn } from "./support/page";
import { PASSWORD } from "./support/person";
import { endSession } from "./support/session";
import { media } from "./support/stack";
import { expect, test } from "./support/test";

async function signInAgain(page: Page, email: string): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "Sign in again" });
  await expect(dialog).toContainText("Nothing is lost");
  await expect(dialog.getByLabel("E-mail")).toHaveValue(email);
  await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await expect(dialog).toHaveCount(0);
}

test("a session that ends while options are open loses nothing", async ({ page, person, guard }) => {
  guard.allow(COGNITO_REFUSAL, /^status 401: (GET|POST) \S+\/videos/);
  await signIn(page, person);
  await choose(page, media("h264.ts"));
  await chooseFrames(page, "How many");
  await page.getByLabel("Number of frames").fill("7");
  const renew = await endSession(page);
  await send(page);
  const dialog = page.getByRole("dialog", { name: "Sign in again" });
  await expect(dialog).toBeVisible();
  // Escape must not lead around it
  await page.keyboard.press("Escape");
  await expect(dialog).toBeVisible();
  await renew();
  await signInAgain(page, person.email);
  await isReady(page, "h264.ts");
  await expect(card(page, "h264.ts")).toContainText("7 frames");
});

test("an open form keeps its input while the user signs in again", async ({ page, person, guard }) => {
  guard.allow(COGNITO_REFUSAL, /^status 401: (GET|POST) \S+\/videos/);
  await person.api.extract(media("mjpeg.avi"), { count: 2 });
  await signIn(page, person);
  await expect(card(page, "mjpeg.avi")).toBeVisible();
  await choose(page, media("h264.ts"));
  await chooseFrames(page, "How many");
  await page.getByLabel("Number of frames").fill("9");
  await page.getByLabel("Search by name").fill("mjpeg");
  const renew = await endSession(page);
  await page.getByLabel("Status").selectOption("Ready");
  await expect(page.getByRole("dialog", { name: "Sign in again" })).toBeVisible();
  await renew();
  await signInAgain(page, person.email);
  await expect(card(page, "mjpeg.avi")).toBeVisible();
  await expect(page.getByLabel("Search by name")).toHaveValue("mjpeg");
  await expect(page.getByLabel("Number of frames")).toHaveValue("9");
  await expect(page.getByRole("heading", { name: "One video to send" })).toBeVisible();
});
