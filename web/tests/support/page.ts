import { expect, type Locator, type Page } from "@playwright/test";
import { PASSWORD, type Person } from "./person";

/** Signs a person in at the page's form, and waits for the library. */
export async function signIn(page: Page, person: Pick<Person, "email">, options: { stay?: boolean } = {}): Promise<void> {
  await page.goto("./");
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  if (options.stay) await page.getByLabel("Stay signed in").check();
  await page.getByRole("button", { name: "Sign in" }).click();
  await atHome(page);
}

/** Waits for the library, or its empty state. */
export async function atHome(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1, name: "Your videos" })).toBeAttached();
  await expect(page.getByRole("region", { name: "Send videos" })).toBeVisible();
}

/** Goes to a view by its address, without loading the page again. */
export async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => (location.hash = to), hash);
}

/** Chooses files as with the button "Choose videos", and waits for their options. */
export async function choose(page: Page, ...files: string[]): Promise<void> {
  await page.getByLabel("Choose videos", { exact: true }).setInputFiles(files);
  await expect(page.getByRole("radio", { name: "How many" })).toBeAttached();
}

/** Chooses one of the ways to pick frames. */
export async function chooseFrames(scope: Page | Locator, way: string): Promise<void> {
  await scope.getByRole("group", { name: "Frames" }).getByRole("radio", { name: way, exact: true }).check();
}

/** Sends the chosen files. */
export async function send(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Send (video|\d+ videos)$/ }).click();
}

/** The card of a video in the library. */
export function card(page: Page, name: string): Locator {
  return page.getByRole("listitem").filter({ has: page.getByRole("link", { name, exact: true }) });
}

/** Waits until the library shows a video as ready. */
export async function isReady(page: Page, name: string, seconds = 60): Promise<void> {
  await expect(card(page, name)).toContainText("Ready", { timeout: seconds * 1000 });
}

/** Chooses an action from the menu of a card. */
export async function act(page: Page, name: string, action: string): Promise<void> {
  await card(page, name).getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: action }).click();
}

/** The row of an upload. */
export function uploadRow(page: Page, name: string): Locator {
  return page.getByRole("region", { name: "Uploads" }).getByRole("listitem").filter({ hasText: name });
}

/** The image on the stage, once it is the one at this position and decoded. Positions count from 1. */
export async function onStage(page: Page, position: number, seconds = 30): Promise<Locator> {
  const image = page.getByRole("img", { name: new RegExp(`^Frame ${position.toLocaleString("en")} of `) });
  await expect(image).toBeVisible({ timeout: seconds * 1000 });
  await expect(image).not.toHaveClass(/stage-image-old/);
  expect(await image.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBeGreaterThan(0);
  return image;
}
