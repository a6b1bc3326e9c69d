import { isAccessible, isAccessibleNow } from "./support/axe";
import { COGNITO_REFUSAL, NO_WEBHOOK } from "./support/guard";
import { NAMES, showAsProcessing } from "./support/library";
import { act, atHome, card, choose, goTo, onStage, send, signIn, uploadRow } from "./support/page";
import { largeVideo, slowDown } from "./support/parts";
import { newEmail, newPerson, PASSWORD } from "./support/person";
import { endSession } from "./support/session";
import { media } from "./support/stack";
import { expect, test } from "./support/test";

test.describe.configure({ timeout: 300_000 });

test("axe finds nothing in the account's forms", async ({ page, guard }) => {
  guard.allow(COGNITO_REFUSAL);
  await page.goto("./");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await isAccessible(page, "sign in");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Enter your e-mail address.")).toBeVisible();
  await isAccessible(page, "sign in, with errors");
  await page.getByRole("button", { name: "Create an account" }).click();
  await isAccessible(page, "sign up");
  await page.getByLabel("E-mail").fill(newEmail());
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeVisible();
  await isAccessible(page, "confirmation");
  await page.getByRole("button", { name: "Back to sign in" }).click();
  await page.getByRole("button", { name: "Forgotten password?" }).click();
  await isAccessible(page, "forgotten password");
  await page.getByLabel("E-mail").fill((await newPerson()).email);
  await page.getByRole("button", { name: "Send code" }).click();
  await expect(page.getByRole("heading", { name: "New password" })).toBeVisible();
  await isAccessible(page, "new password");
});

test("axe finds nothing while videos are sent", async ({ page, person }, info) => {
  await signIn(page, person);
  await isAccessible(page, "empty library");
  await choose(page, media("sample.mp4"), media("mjpeg.avi"));
  await page.getByRole("button", { name: "More options" }).click();
  await page.getByRole("checkbox", { name: "Contact sheet" }).check();
  await page.getByRole("checkbox", { name: "Storyboard" }).check();
  await isAccessible(page, "chosen videos with all options");
  for (const way of ["Every…", "How many", "At times", "Scenes", "Keyframes"]) {
    await page.getByRole("radio", { name: way, exact: true }).check();
    await isAccessibleNow(page, `the choice of frames: ${way}`);
  }
  await page.getByRole("button", { name: "Discard all" }).click();
  await choose(page, await largeVideo(info.outputPath("large.mp4"), 6));
  await slowDown(page, 4_000_000);
  await send(page);
  await expect(uploadRow(page, "large.mp4")).toContainText("MB/s");
  await isAccessibleNow(page, "an upload");
  await page.getByRole("button", { name: "Pause large.mp4" }).click();
  await expect(uploadRow(page, "large.mp4")).toContainText("Paused");
  await isAccessible(page, "a paused upload");
});

test("axe finds nothing in the library", async ({ page, library }) => {
  await showAsProcessing(page, library.awaited);
  await signIn(page, library.person);
  await expect(card(page, NAMES.awaited)).toContainText("Extracting 43 of 120");
  await isAccessible(page, "library");
  await card(page, NAMES.sunset).getByRole("button", { name: /^Actions/ }).click();
  await expect(page.getByRole("menuitem", { name: "Open" })).toBeFocused();
  await isAccessible(page, "the menu of a video");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Account, language and theme" }).click();
  await expect(page.getByRole("menuitemradio", { name: "English" })).toBeFocused();
  await isAccessible(page, "the account's menu");
  await page.keyboard.press("Escape");
  await act(page, NAMES.sunset, "Again with other options");
  await expect(page.getByRole("dialog")).toContainText("stay until the new ones are ready");
  await isAccessible(page, "retry");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await card(page, NAMES.damaged).getByRole("button", { name: /warning/ }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await isAccessible(page, "warnings");
  await page.keyboard.press("Escape");
  await act(page, NAMES.phone, "Delete");
  await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
  await isAccessibleNow(page, "a deletion that can be undone");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByLabel("Search by name").fill("nothing like it");
  await expect(page.getByText("No video has")).toBeVisible();
  await isAccessible(page, "a search without results");
});

test("axe finds nothing on a video's page", async ({ page, library, guard }) => {
  guard.allow(/^status 404: GET \S+\/videos\//);
  await signIn(page, library.person);
  await goTo(page, `#/videos/${library.sunset.id}`);
  await onStage(page, 1);
  await isAccessible(page, "the stage");
  await page.getByRole("option").first().focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await expect(page.getByRole("region", { name: "Selection" })).toBeVisible();
  await isAccessible(page, "the grid with a selection");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toBeVisible();
  await isAccessible(page, "the list of keys");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete…" }).click();
  await expect(page.getByRole("dialog", { name: "Delete this video?" })).toBeVisible();
  await isAccessible(page, "the question before deleting");
  await page.keyboard.press("Escape");
  for (const [state, hash, text] of [
    ["a failed video", `#/videos/${library.failed.id}`, "No frames could be made"],
    ["a video that waits for its file", `#/videos/${library.awaited}`, "Waiting for the file"],
    ["a missing video", "#/videos/01990000-0000-7000-8000-000000000000", "This video is not here"],
    ["an unknown address", "#/nowhere", "There is nothing at this address"],
  ] as const) {
    await goTo(page, hash);
    await expect(page.getByText(text)).toBeVisible();
    await isAccessible(page, state);
  }
});

test("axe finds nothing in settings and administration", async ({ page, library, guard }) => {
  guard.allow(NO_WEBHOOK);
  expect(library.failed.status).toBe("failed");
  await signIn(page, await newPerson("admin"));
  await goTo(page, "#/settings");
  await expect(page.getByRole("button", { name: "Set webhook" })).toBeVisible();
  await isAccessible(page, "settings");
  await page.getByLabel("Address").fill("https://example.com/frames");
  await page.getByRole("button", { name: "Set webhook" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await isAccessible(page, "the webhook's secret");
  await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  await isAccessible(page, "settings with a webhook");
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await isAccessible(page, "the question before signing out");
  await page.keyboard.press("Escape");
  await goTo(page, "#/admin");
  await expect(page.getByRole("link", { name: NAMES.sunset }).first()).toBeVisible();
  await isAccessible(page, "administration");
  await page.getByRole("button", { name: /^Usage of / }).first().click();
  await expect(page.getByRole("dialog")).toContainText("on this user's list");
  await isAccessible(page, "a user's usage");
});

test("axe finds nothing when the network or the session is gone", async ({ page, context, person, guard }) => {
  guard.allow(COGNITO_REFUSAL, /^no answer: /, /^status (401|429|500): /);
  await signIn(page, person);
  await context.setOffline(true);
  await expect(page.getByText("You are offline.")).toBeVisible();
  await isAccessible(page, "offline");
  await context.setOffline(false);
  const videos = /\/videos(\?|$)/;
  await page.route(videos, (route) => route.fulfill({ status: 500, json: { code: "internal" } }));
  await page.reload();
  await atHome(page);
  await expect(page.getByText("Your videos could not be loaded")).toBeVisible();
  await isAccessible(page, "a library that cannot be loaded");
  await page.unroute(videos);
  await page.route(videos, (route) => route.fulfill({ status: 429, headers: { "retry-after": "120" }, json: {} }));
  await page.reload();
  await atHome(page);
  await expect(page.getByText("The server is busy.")).toBeVisible();
  await isAccessible(page, "a busy server");
  await page.unroute(videos);
  await endSession(page);
  await signIn(page, person);
  await expect(page.getByRole("dialog", { name: "Sign in again" })).toBeVisible();
  await isAccessible(page, "an expired session");
});
