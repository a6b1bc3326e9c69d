import type { Page } from "@playwright/test";
import { NO_WEBHOOK } from "./support/guard";
import { atHome, card, choose, goTo, onStage, signIn } from "./support/page";
import { newPerson } from "./support/person";
import { media } from "./support/stack";
import { expect, test } from "./support/test";
import { layoutShift, loadedBytes } from "./support/weight";

const FIRST_LOAD = 60_000;
const VIEW = 120_000;
const MOST_SHIFT = 0.02;

/** Opens a view as the first one, and returns the compressed bytes of its scripts and styles. */
async function weigh(page: Page, hash: string, shown: () => Promise<unknown>): Promise<number> {
  await goTo(page, hash);
  await page.reload();
  await shown();
  return loadedBytes(page);
}

test("the first load and every view are small", async ({ page, library, guard }, info) => {
  guard.allow(NO_WEBHOOK);
  const weights: Record<string, number> = {};
  await page.goto("./");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  weights["first load"] = await loadedBytes(page);

  await signIn(page, library.person);
  weights["library"] = await weigh(page, "#/", () => atHome(page));
  await choose(page, media("sample.mp4"));
  weights["library with chosen videos"] = await loadedBytes(page);
  weights["video"] = await weigh(page, `#/videos/${library.sunset.id}`, () => onStage(page, 1));
  const settings = page.getByRole("heading", { level: 1, name: "Settings" });
  weights["settings"] = await weigh(page, "#/settings", () => expect(settings).toBeVisible());
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await signIn(page, await newPerson("admin"));
  const admin = page.getByRole("heading", { level: 1, name: "Admin" });
  weights["admin"] = await weigh(page, "#/admin", () => expect(admin).toBeVisible());

  for (const [view, bytes] of Object.entries(weights)) {
    info.annotations.push({ type: `bytes of ${view}`, description: String(bytes) });
    expect.soft(bytes, view).toBeGreaterThan(10_000);
    expect.soft(bytes, view).toBeLessThanOrEqual(view === "first load" ? FIRST_LOAD : VIEW);
  }
});

test("nothing moves while the library fills", async ({ page, person }) => {
  for (let made = 0; made < 30; made += 1) await person.api.create(`Draft ${made}.mp4`, 1000);
  const names = ["One.ts", "Two.ts", "Three.ts"];
  const ids = await Promise.all(names.map((name) => person.api.send(media("h264.ts"), { count: 3 }, name)));
  for (const id of ids) await person.api.ended(id);
  await signIn(page, person);
  await page.reload();
  for (const name of names) {
    const poster = card(page, name).locator("img");
    await expect.poll(() => poster.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  }
  expect(await layoutShift(page)).toBeLessThan(MOST_SHIFT);

  // the next page comes when the end comes near, and a new video while the list is read
  await page.mouse.move(640, 400);
  await expect(async () => {
    await page.mouse.wheel(0, 1000);
    await expect(card(page, "Draft 0.mp4")).toBeVisible({ timeout: 100 });
  }).toPass();
  await person.api.extract(media("vp8.webm"), { count: 2 });
  await expect(page.getByText("One new video").or(card(page, "vp8.webm")).first()).toBeAttached();
  expect(await layoutShift(page)).toBeLessThan(MOST_SHIFT);
});

test("opening a video moves nothing", async ({ page, library }) => {
  await signIn(page, library.person);
  await goTo(page, `#/videos/${library.sunset.id}`);
  await page.reload();
  await onStage(page, 1);
  await expect(page.getByRole("option").first()).toBeAttached();
  expect(await layoutShift(page)).toBeLessThan(MOST_SHIFT);
});
