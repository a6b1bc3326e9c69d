import type { BrowserContext, Page } from "@playwright/test";
import { copyFile, open, stat } from "node:fs/promises";
import { media, stackUrl } from "./stack";

/** A part of an upload has this many bytes; only the last one is shorter. */
export const PART_BYTES = 16 * 2 ** 20;

/** The requests with which all pages of a context send the parts of an upload, by the numbers of the parts. */
export interface PartRequests {
  readonly begun: number[];
  readonly arrived: number[];
}

/** Returns the part's number if this is the URL of a part. */
export function partNumber(url: URL): number | undefined {
  const part = url.searchParams.get("partNumber");
  return url.origin === stackUrl.origin && part !== null ? Number(part) : undefined;
}

/** Watches the sending of parts. */
export function watchParts(context: BrowserContext): PartRequests {
  const watched: PartRequests = { begun: [], arrived: [] };
  context.on("request", (request) => {
    const part = partNumber(new URL(request.url()));
    if (part !== undefined && request.method() === "PUT") watched.begun.push(part);
  });
  context.on("response", (response) => {
    const part = partNumber(new URL(response.url()));
    if (part !== undefined && response.request().method() === "PUT" && response.ok()) watched.arrived.push(part);
  });
  return watched;
}

/** Makes a video of six seconds with this many bytes. A `free` box makes it large; readers of MP4 skip that. */
export async function largeVideo(to: string, parts: number): Promise<string> {
  await copyFile(media("h264-30fps.mp4"), to);
  const bytes = (parts - 1) * PART_BYTES + PART_BYTES / 4;
  const { size } = await stat(to);
  const file = await open(to, "r+");
  const box = Buffer.from("....free", "latin1");
  box.writeUInt32BE(bytes - size);
  await file.write(box, 0, box.length, size);
  await file.truncate(bytes);
  await file.close();
  return to;
}

/** A page's connection, which is slower than the machine's. */
export interface SlowConnection {
  /** Cuts the connection, or restores it. */
  setOffline(offline: boolean): Promise<void>;
  /** Makes it as fast as the machine's. */
  end(): Promise<void>;
}

/** Slows the page's connection down, so that there is a middle of an upload. */
export async function slowConnection(page: Page, bytesPerSecond: number): Promise<SlowConnection> {
  const browser = await page.context().newCDPSession(page);
  await browser.send("Network.enable");
  const emulate = async (uploadThroughput: number, offline: boolean) => {
    const conditions = { offline, latency: 0, downloadThroughput: -1, uploadThroughput };
    await browser.send("Network.emulateNetworkConditions", conditions);
  };
  await emulate(bytesPerSecond, false);
  return {
    setOffline: (offline) => emulate(bytesPerSecond, offline),
    end: async () => {
      await emulate(-1, false);
      await browser.detach();
    },
  };
}

/** Slows the page's connection down. Returns what ends that. */
export async function slowDown(page: Page, bytesPerSecond: number): Promise<() => Promise<void>> {
  return (await slowConnection(page, bytesPerSecond)).end;
}
