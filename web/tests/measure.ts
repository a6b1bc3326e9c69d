import type { Page } from "@playwright/test";
import { showManyFrames } from "./support/many-frames";
import { atHome, card, goTo, onStage, signIn } from "./support/page";
import { NAMES } from "./support/library";
import { media, pageUrl, stackUrl } from "./support/stack";
import { expect, test } from "./support/test";
import { Traffic } from "./support/traffic";
import { layoutShift, loadedBytes } from "./support/weight";
import { readZip } from "./support/zip";

const ROUNDS = 5;

function print(what: string, value: string): void {
  process.stdout.write(`    ${what.padEnd(54)}${value}\n`);
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Lets the next load of the page note when an element first exists, in milliseconds from the start of the load. */
async function noteWhenThere(page: Page, selector: string): Promise<void> {
  await page.addInitScript((wanted) => {
    const look = () => {
      if (document.querySelector(wanted)) Object.assign(window, { framezipThere: performance.now() });
      else requestAnimationFrame(look);
    };
    look();
  }, selector);
}

async function noted(page: Page): Promise<number> {
  await page.waitForFunction(() => "framezipThere" in window);
  return page.evaluate(() => (window as unknown as { framezipThere: number }).framezipThere);
}

test("loading", async ({ openContext, library }) => {
  const forms: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const context = await openContext();
    const page = await context.newPage();
    const traffic = await Traffic.of(page);
    await noteWhenThere(page, ".account-form button[type=submit]");
    await page.goto("./");
    forms.push(await noted(page));
    if (round === 0) {
      print("scripts and styles of the first load", `${await loadedBytes(page)} bytes`);
      print("everything of the first load, with headers", `${traffic.from(pageUrl)} bytes`);
    }
    await context.close();
  }
  print("sign-in form usable, nothing cached, median", `${median(forms).toFixed(0)} ms`);

  const context = await openContext();
  const page = await context.newPage();
  await signIn(page, library.person);
  await noteWhenThere(page, ".video-card");
  const cards: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await page.reload();
    cards.push(await noted(page));
  }
  print("first videos of the library, cached, median", `${median(cards).toFixed(0)} ms`);
  await expect(card(page, NAMES.sunset)).toBeVisible();
  print("layout shift of the library", (await layoutShift(page)).toFixed(4));
});

test("views", async ({ guard, page, library }) => {
  // this user has no webhook
  guard.allow(/404: GET .*\/webhook$/);
  await signIn(page, library.person);
  const traffic = await Traffic.of(page);
  for (const [view, hash, shown] of [
    ["library", "#/", () => atHome(page)],
    ["video", `#/videos/${library.sunset.id}`, () => onStage(page, 1)],
    ["settings", "#/settings", () => page.getByRole("heading", { level: 1, name: "Settings" }).waitFor()],
  ] as const) {
    await goTo(page, hash);
    traffic.reset();
    await page.reload();
    await shown();
    print(`${view}: scripts and styles`, `${await loadedBytes(page)} bytes`);
    print(`${view}: from the buckets and Cognito`, `${traffic.from(stackUrl)} bytes`);
    print(`${view}: layout shift`, (await layoutShift(page)).toFixed(4));
  }
});

test("scrolling through 50,000 frames", async ({ page, person }) => {
  const video = await person.api.extract(media("sample.mp4"), { count: 1, width: 160, quality: 60 });
  const entries = readZip(await person.api.download(video));
  const image = [...entries].find(([name]) => name.startsWith("frames/"))?.[1];
  if (!image) throw new Error("The zip has no frame.");
  await showManyFrames(page, video.id, image);
  await signIn(page, person);
  await goTo(page, `#/videos/${video.id}`);
  await onStage(page, 1);
  print("size of an image", `${image.length} bytes`);
  await printSpeeds(page, "50,000 frames");

  // what this machine and its browser can do at all
  await page.goto("about:blank");
  await page.evaluate(() => (document.body.innerHTML = '<div style="height: 2000000px; background: linear-gradient(red, blue)"></div>'));
  await printSpeeds(page, "an empty page");
});

async function printSpeeds(page: Page, what: string): Promise<void> {
  for (const [speed, pixels] of [["slowly", 20], ["fast", 400], ["by whole screens", 4000]] as const) {
    const times = await page.evaluate(scroll, pixels);
    const sorted = times.toSorted((a, b) => a - b);
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    const late = sorted[Math.floor(sorted.length * 0.95)] ?? NaN;
    print(`frames a second, ${what}, ${speed}`, `${(1000 / mean).toFixed(1)}, 95 % within ${late.toFixed(1)} ms`);
  }
}

/** Runs in the page: scrolls for 300 frames and returns how long each took, in milliseconds. */
function scroll(pixels: number): Promise<number[]> {
  const times: number[] = [];
  return new Promise((resolve) => {
    let last: number | undefined;
    const step = (now: number) => {
      if (last !== undefined) times.push(now - last);
      last = now;
      if (times.length === 300) return resolve(times);
      scrollBy(0, pixels);
      requestAnimationFrame(step);
    };
    scrollTo(0, 0);
    requestAnimationFrame(step);
  });
}
