import type { Page } from "@playwright/test";
import { crc32 } from "node:zlib";
import type { VideoView } from "../../src/api/schema";
import { stackUrl } from "./stack";

/** As many frames as the server allows. */
export const MANY = 50_000;

/** Lets the page see a ready video as one with 50,000 frames, all with this image. */
export async function showManyFrames(page: Page, id: string, image: Buffer): Promise<void> {
  const zip = zipOfMany(image);
  const url = new URL("many-frames.zip", stackUrl).href;
  await page.route(new RegExp(`/videos/${id}$`), async (route) => {
    const answer = await route.fetch();
    const video = (await answer.json()) as VideoView;
    const { result, download, storyboard: _, sheet: __, ...rest } = video;
    if (!result || !download) throw new Error("The video is not ready.");
    const json = {
      ...rest,
      result: { ...result, frames: MANY, bytes: zip.length },
      download: { ...download, url, bytes: zip.length },
    };
    await route.fulfill({ response: answer, json });
  });
  await page.route(url, (route) => {
    const [from = 0, to = 0] = (/bytes=(\d+)-(\d+)/.exec(route.request().headers()["range"] ?? "") ?? []).slice(1).map(Number);
    const end = Math.min(to + 1, zip.length);
    return route.fulfill({
      status: 206,
      headers: {
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "content-range, etag",
        "content-range": `bytes ${from}-${end - 1}/${zip.length}`,
        etag: '"many"',
      },
      body: zip.subarray(from, end),
    });
  });
}

/** Makes a zip as the server does: stored entries without dates, one frame a second. */
function zipOfMany(image: Buffer): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  const checksum = crc32(image);
  let offset = 0;
  for (let index = 0; index < MANY; index += 1) {
    const name = Buffer.from(`frames/${String(index + 1).padStart(6, "0")}_${time(index)}.000.jpg`);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(10, 0);
    shared.writeUInt16LE(33, 8);
    shared.writeUInt32LE(checksum, 10);
    shared.writeUInt32LE(image.length, 14);
    shared.writeUInt32LE(image.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    locals.push(Buffer.from("PK\x03\x04", "latin1"), shared, name, image);
    directory.push(Buffer.from("PK\x01\x02\x0a\x00", "latin1"), shared, rest, name);
    offset += 30 + name.length + image.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(MANY, 8);
  end.writeUInt16LE(MANY, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, entries, end]);
}

function time(seconds: number): string {
  const parts = [seconds / 3600, (seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(Math.floor(part)).padStart(2, "0")).join("-");
}
