import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { breakFile, chosen, FakeBrowser, file, only, settle, useFakeTime } from "./fake-browser";
import type { Uploads } from "./uploads";

let browser: FakeBrowser;
let uploads: Uploads;
let source: File;

beforeEach(() => {
  useFakeTime();
  browser = new FakeBrowser();
  browser.server.isAutomatic = false;
  uploads = browser.open();
  source = file("a.mp4", 40);
});
afterEach(() => {
  uploads.dispose();
  vi.useRealTimers();
});

async function begin(): Promise<void> {
  uploads.add(chosen(source));
  await settle();
}

const count = (put: string) => browser.server.puts.filter((other) => other === put).length;

it("a file that changes is noticed before it is sent", async () => {
  breakFile(source);
  await begin();
  expect([only(uploads).state, browser.server.puts]).toEqual(["file_changed", []]);
});

it("a file that changes is noticed when a request fails, and stops all of them", async () => {
  await begin();
  breakFile(source);
  browser.server.pending[0]?.fail();
  await settle();
  expect([only(uploads).state, browser.server.pending]).toEqual(["file_changed", []]);
});

it("a file that changes is noticed before the upload is completed", async () => {
  await begin();
  breakFile(source);
  await browser.finishAll();
  expect(only(uploads).state).toBe("file_changed");
  expect(browser.server.calls).not.toContain("complete v1");
});

it("an upload goes on with the original file, and keeps what has arrived", async () => {
  await begin();
  browser.server.pending[0]?.finish();
  await settle();
  breakFile(source);
  browser.server.pending[0]?.fail();
  await settle();
  uploads.giveFile(only(uploads).id, file("a.mp4", 40, 2));
  expect(only(uploads).state).toBe("file_changed");
  uploads.giveFile(only(uploads).id, file("a.mp4", 40));
  await settle();
  await browser.finishAll();
  expect([only(uploads).state, count("v1/1")]).toEqual(["arrived", 1]);
});
