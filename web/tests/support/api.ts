import { expect } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import type { CreatedVideo, ExtractionOptions, Upload, VideoView } from "../../src/api/schema";
import { apiUrl } from "./stack";

/** The extraction options as a program writes them, without the fields that it leaves out. */
export type Options = Partial<ExtractionOptions> | Record<string, unknown>;

/** The API as a program calls it, with one user's token. */
export class Api {
  constructor(private readonly token: string) {}

  /** Calls a route and returns its status and body. */
  async call<T = unknown>(method: string, path: string, body?: object): Promise<{ status: number; body: T }> {
    const answer = await fetch(new URL(path, apiUrl), {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body ? { "content-type": "application/json", "idempotency-key": randomUUID() } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text ? JSON.parse(text) : undefined) as T };
  }

  /** Reads a video, with its links. */
  async read(id: string): Promise<VideoView> {
    const { status, body } = await this.call<VideoView>("GET", `videos/${id}`);
    if (status !== 200) throw new Error(`GET videos/${id} answered ${status}`);
    return body;
  }

  /** Creates the record of a video. */
  async create(fileName: string, bytes: number, extraction: Options = {}): Promise<CreatedVideo> {
    const { status, body } = await this.call<CreatedVideo>("POST", "videos", { fileName, bytes, extraction });
    if (status !== 201) throw new Error(`POST videos answered ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  /** Sends a file and returns the video's id. The name may be another than the file's. */
  async send(path: string, extraction: Options = {}, name = basename(path)): Promise<string> {
    const file = await openAsBlob(path);
    const { video, upload } = await this.create(name, file.size, extraction);
    if (upload) await this.#upload(video.id, upload, file);
    return video.id;
  }

  /** Sends a file and waits until its frames are ready. */
  async extract(path: string, extraction: Options = {}, name?: string, seconds = 60): Promise<VideoView> {
    return this.ended(await this.send(path, extraction, name), "ready", seconds);
  }

  /** Waits until a video has ended like this. */
  async ended(id: string, status: "ready" | "failed" = "ready", seconds = 60): Promise<VideoView> {
    await expect
      .poll(async () => (await this.read(id)).status, { message: `the end of ${id}`, timeout: seconds * 1000 })
      .toMatch(/ready|failed/);
    const video = await this.read(id);
    expect(video.status, JSON.stringify(video.error)).toBe(status);
    return video;
  }

  /** Downloads the zip of a ready video. */
  async download({ download }: VideoView): Promise<Buffer> {
    if (!download) throw new Error("The video has no zip.");
    return Buffer.from(await (await fetch(download.url)).arrayBuffer());
  }

  /** Returns the numbers of the parts that have arrived. */
  async arrived(id: string): Promise<number[]> {
    const { body } = await this.call<Upload>("GET", `videos/${id}/upload`);
    return body.kind === "multipart" ? body.arrived.map((part) => part.number) : [];
  }

  async #upload(id: string, upload: Upload, file: Blob): Promise<void> {
    if (upload.kind === "single") return put(upload.url, file, upload.headers);
    if (upload.urls.length < upload.parts) throw new Error("This file has more parts than one page of URLs.");
    for (const { number, url } of upload.urls) {
      const start = (number - 1) * upload.partBytes;
      await put(url, file.slice(start, start + upload.partBytes));
    }
    await this.call("POST", `videos/${id}/upload/complete`);
  }
}

async function put(url: string, body: Blob, headers: Record<string, string> = {}): Promise<void> {
  // a Blob would add its own content type, which was not signed
  const answer = await fetch(url, { method: "PUT", headers, body: await body.arrayBuffer() });
  if (!answer.ok) throw new Error(`The storage answered ${answer.status}: ${await answer.text()}`);
}
