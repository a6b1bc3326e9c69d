import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chosen, FakeBrowser, file, only, pass, settle, useFakeTime } from "./fake-browser";
import type { Uploads } from "./uploads";

let browser: FakeBrowser;
let uploads: Uploads;
let id: string;

beforeEach(async () => {
  useFakeTime();
  browser = new FakeBrowser();
  browser.server.isAutomatic = false;
  uploads = browser.open();
  uploads.add(chosen(file("a.mp4", 60)));
  id = only(uploads).id;
});
afterEach(() => {
  uploads.dispose();
  vi.useRealTimers();
});

const count = (part: number) => browser.server.puts.filter((put) => put === `v1/${part}`).length;

describe("pause", () => {
  it("aborts what is in flight at once, and finished parts are not sent again", async () => {
    await settle();
    browser.server.pending[1]?.finish();
    browser.server.pending[1]?.finish();
    await settle();
    for (const { request } of browser.server.pending) request.onProgress(5);
    uploads.pause(id);
    expect(browser.server.pending).toEqual([]);
    expect(only(uploads).state).toBe("paused");
    await pass(3_600);
    expect(only(uploads)).toMatchObject({ state: "paused", sent: 20 });
    uploads.resume(id);
    await settle();
    expect(only(uploads).state).toBe("sending");
    await browser.finishAll();
    expect(only(uploads)).toMatchObject({ state: "arrived", sent: 60 });
    expect([1, 2, 3, 4, 5, 6].map(count)).toEqual([2, 1, 1, 2, 2, 2]);
  });

  it("and resume in the same moment go on with one run", async () => {
    await settle();
    uploads.pause(id);
    uploads.resume(id);
    uploads.pause(id);
    uploads.resume(id);
    await settle();
    expect(browser.server.pending.map(({ part }) => part).toSorted()).toEqual([1, 2, 3, 4]);
    await browser.finishAll();
    expect(only(uploads).state).toBe("arrived");
  });

  it("does not send a part whose bytes had arrived when its request was aborted", async () => {
    await settle();
    uploads.pause(id);
    browser.server.videos.get("v1")?.arrived.add(3);
    uploads.resume(id);
    await settle();
    await browser.finishAll();
    expect([1, 2, 3, 4].map(count)).toEqual([2, 2, 1, 2]);
  });

  it("gives the place to the next file", async () => {
    uploads.add(chosen(file("b", 5), file("c", 5), file("d", 5)));
    await settle();
    expect(uploads.items.value.map(({ state }) => state)).toEqual(["sending", "sending", "sending", "waiting"]);
    uploads.pause(id);
    await settle();
    expect(uploads.items.value.map(({ state }) => state)).toEqual(["paused", "sending", "sending", "sending"]);
    uploads.resume(id);
    await settle();
    expect(uploads.items.value[0]?.state).toBe("waiting");
  });

  it("ends the waiting for a repetition", async () => {
    await settle();
    for (const put of [...browser.server.pending]) put.answer({ status: 500 });
    await settle();
    uploads.pause(id);
    await pass(60);
    expect(browser.server.puts).toHaveLength(4);
  });
});

describe("cancel", () => {
  it("aborts at once, removes the entry and the record", async () => {
    await settle();
    uploads.cancel(id);
    expect([browser.server.pending, uploads.items.value]).toEqual([[], []]);
    await settle();
    expect(browser.server.calls.at(-1)).toBe("remove v1");
    const later = browser.open();
    await later.restore();
    expect(later.items.value).toEqual([]);
    later.dispose();
  });

  it("removes a record that is just being created", async () => {
    let answer = () => {};
    const create = browser.server.create.bind(browser.server);
    vi.spyOn(browser.server, "create").mockImplementation(async (...values) => {
      await new Promise<void>((resolve) => (answer = resolve));
      return create(...values);
    });
    await settle();
    uploads.cancel(id);
    await settle();
    answer();
    await settle();
    expect(browser.server.calls).toEqual(["create a.mp4", "remove v1"]);
    expect(browser.server.puts).toEqual([]);
  });

  it("of an upload that was never begun calls nothing", async () => {
    uploads.pause(id);
    uploads.cancel(id);
    await settle();
    expect([browser.server.calls, uploads.items.value]).toEqual([[], []]);
  });

  it("lets the next file begin", async () => {
    uploads.add(chosen(file("b", 5), file("c", 5), file("d", 5)));
    await settle();
    uploads.cancel(id);
    await settle();
    expect(uploads.items.value.map(({ state }) => state)).toEqual(["sending", "sending", "sending"]);
  });

  it("works although the server cannot remove the record", async () => {
    await settle();
    browser.server.errors.push(new Error("no answer"));
    uploads.cancel(id);
    await settle();
    expect(uploads.items.value).toEqual([]);
  });
});

it("items that have not changed stay the same objects", async () => {
  uploads.add(chosen(file("b", 5)));
  await settle();
  const [first, second] = uploads.items.value;
  uploads.pause(id);
  await settle();
  expect(uploads.items.value[0]).not.toBe(first);
  expect(uploads.items.value[1]).toBe(second);
});

it("commands for unknown or unfitting uploads do nothing", async () => {
  await settle();
  for (const other of ["unknown", id]) {
    uploads.resume(other);
    uploads.retry(other);
    uploads.dismiss(other);
    uploads.giveFile(other, file("x", 1));
  }
  await settle();
  expect(only(uploads).state).toBe("sending");
  expect(browser.server.puts).toHaveLength(4);
});
