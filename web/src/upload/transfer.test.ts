import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chosen, FakeBrowser, file, only, pass, settle, useFakeTime } from "./fake-browser";
import { FakeApiError } from "./fake-server";
import type { Uploads } from "./uploads";

let browser: FakeBrowser;
let uploads: Uploads;
let source: File;

beforeEach(async () => {
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
const reads = () => browser.server.calls.filter((call) => call.startsWith("read"));

describe("a part", () => {
  it("that is refused with 403 is sent again at once, to a fresh URL", async () => {
    await begin();
    browser.server.expireUrls();
    browser.server.pending[0]?.answer({ status: 403 });
    await settle();
    expect(reads()).toEqual(["read v1 0"]);
    expect(browser.server.pending.map(({ request }) => request.url)).toContain("s3:v1/1?2");
    await browser.finishAll();
    expect(only(uploads).state).toBe("arrived");
  });

  it("whose URL is about to expire gets a fresh one first", async () => {
    source = file("a.mp4", 60);
    await begin();
    await pass(15);
    vi.setSystemTime(Date.now() + browser.server.urlLifetimeMs - 30_000);
    browser.server.expireUrls();
    browser.server.pending[0]?.finish();
    await settle();
    expect(reads()).toEqual(["read v1 4"]);
    expect(browser.server.pending.map(({ request }) => request.url)).toContain("s3:v1/5?2");
    expect(count("v1/5")).toBe(1);
  });

  it("is sent although the clock of this machine is hours ahead", async () => {
    browser.server.urlLifetimeMs = -3_600_000;
    source = file("a.mp4", 60);
    await begin();
    await browser.finishAll();
    expect(only(uploads).state).toBe("arrived");
  });

  it("without progress for 30 s is aborted and sent again", async () => {
    await begin();
    const stalled = browser.server.pending[2];
    await pass(20);
    for (const { request } of browser.server.pending) request.onProgress(3);
    await pass(20);
    for (const { request } of browser.server.pending.filter((put) => put !== stalled)) request.onProgress(5);
    expect(stalled?.request.signal.aborted).toBe(false);
    await pass(11);
    expect(browser.server.pending).not.toContain(stalled);
    expect([1, 2, 3, 4].map((part) => count(`v1/${part}`))).toEqual([1, 1, 2, 1]);
    await browser.finishAll();
    expect(only(uploads).state).toBe("arrived");
  });

  it("whose answer was lost is not sent again", async () => {
    await begin();
    browser.server.pending[0]?.loseAnswer();
    await pass(2);
    await browser.finishAll();
    expect(count("v1/1")).toBe(1);
    expect(only(uploads)).toMatchObject({ state: "arrived", sent: 40 });
  });

  it("is repeated after the storage's Retry-After", async () => {
    await begin();
    browser.server.pending[0]?.answer({ status: 503, retryAfterSeconds: 10 });
    await pass(9.9);
    expect(count("v1/1")).toBe(1);
    await pass(1);
    expect(count("v1/1")).toBe(2);
  });

  it("that fails again and again ends the upload with the reason, and stops the others", async () => {
    await begin();
    for (let attempt = 1; attempt <= 13; attempt += 1) {
      expect(only(uploads).state).toBe("sending");
      for (const { request } of browser.server.pending) request.onProgress(attempt / 10);
      browser.server.pending.find(({ part }) => part === 1)?.answer({ status: 500 });
      await pass(16);
    }
    expect(only(uploads)).toMatchObject({ state: "refused", reason: { status: 500 } });
    expect(browser.server.pending).toEqual([]);
    uploads.retry(only(uploads).id);
    await settle();
    await browser.finishAll();
    expect(only(uploads).state).toBe("arrived");
  });
});

describe("a single request", () => {
  it("that finds the file there already (412) has arrived", async () => {
    source = file("a.mp4", 5);
    await begin();
    browser.server.videos.get("v1")?.arrived.add(1);
    browser.server.pending[0]?.answer({ status: 412 });
    await settle();
    expect(only(uploads).state).toBe("arrived");
    expect(browser.server.puts).toHaveLength(1);
  });

  it("is over if the server says `upload_over`", async () => {
    source = file("a.mp4", 5);
    const arrived = vi.fn();
    uploads.onArrived = arrived;
    await begin();
    browser.server.pending[0]?.loseAnswer();
    Object.assign(browser.server.videos.get("v1") ?? {}, { isComplete: true });
    await pass(2);
    expect(only(uploads).state).toBe("arrived");
    expect(arrived).toHaveBeenCalledWith("v1");
    expect(browser.server.puts).toHaveLength(1);
  });
});

describe("without a network", () => {
  it("an upload is offline at once and goes on by itself", async () => {
    await begin();
    browser.server.pending[0]?.finish();
    await settle();
    browser.network.switch(false);
    expect(only(uploads).state).toBe("offline");
    for (const put of [...browser.server.pending]) put.fail();
    await pass(3_600);
    expect([browser.server.puts.length, only(uploads).state]).toEqual([4, "offline"]);
    browser.network.switch(true);
    await settle();
    expect(only(uploads).state).toBe("sending");
    await browser.finishAll();
    expect(only(uploads).state).toBe("arrived");
    expect([1, 2, 3, 4].map((part) => count(`v1/${part}`))).toEqual([1, 2, 2, 2]);
  });

  it("no further part is begun", async () => {
    source = file("a.mp4", 60);
    await begin();
    browser.network.switch(false);
    browser.server.pending[0]?.finish();
    await settle();
    expect(browser.server.puts).toHaveLength(4);
    browser.network.switch(true);
    await settle();
    expect(browser.server.puts).toHaveLength(5);
  });

  it("cuts of the network never count as failures of the upload", async () => {
    await begin();
    for (let cut = 1; cut <= 20; cut += 1) {
      browser.network.switch(false);
      for (const put of [...browser.server.pending]) put.fail();
      await settle();
      browser.network.switch(true);
      await settle();
      expect([only(uploads).state, browser.server.pending.length]).toEqual(["sending", 4]);
    }
  });

  it("requests that survive the gap go on, the dead ones are replaced soon after it", async () => {
    await begin();
    browser.network.switch(false);
    await pass(20);
    expect(browser.server.pending).toHaveLength(4);
    browser.network.switch(true);
    browser.server.pending[0]?.request.onProgress(2);
    await pass(6);
    expect([1, 2, 3, 4].map((part) => count(`v1/${part}`))).toEqual([1, 2, 2, 2]);
  });

  it("the record is created once it is back", async () => {
    browser.network.switch(false);
    await begin();
    expect([only(uploads).state, browser.server.calls]).toEqual(["offline", []]);
    browser.network.switch(true);
    await settle();
    expect(browser.server.calls).toEqual(["create a.mp4"]);
  });

  it("although the browser believes to be online, an unanswered call is repeated for ever", async () => {
    browser.server.errors.push(...Array.from({ length: 40 }, () => new Error("no answer")));
    await begin();
    expect(only(uploads).state).toBe("offline");
    await pass(40 * 15 - 100);
    expect(only(uploads).state).toBe("offline");
    await pass(100);
    expect(only(uploads).state).toBe("sending");
    expect(browser.server.videos.size).toBe(1);
  });
});

it("an upload that can never be completed ends with the reason", async () => {
  browser.server.isAutomatic = true;
  vi.spyOn(browser.server, "complete").mockRejectedValue(new FakeApiError(409, "upload_incomplete"));
  await begin();
  expect(only(uploads)).toMatchObject({ state: "refused", reason: { code: "upload_incomplete" } });
});

it("a call that is throttled shows as waiting, and an unknown refusal ends the upload", async () => {
  browser.server.errors.push(new FakeApiError(503, ""), new FakeApiError(403, "forbidden"));
  await begin();
  expect(only(uploads).state).toBe("waiting");
  await pass(1);
  expect(only(uploads)).toMatchObject({ state: "refused", reason: { code: "forbidden" } });
});
