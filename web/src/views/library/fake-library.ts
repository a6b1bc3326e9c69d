import type { LibraryVideo } from "./merge";

/** Returns a video for tests. Ids sort by their number. */
export function video(number: number, changes: Partial<LibraryVideo> = {}): LibraryVideo {
  return {
    id: `id-${String(number).padStart(4, "0")}`,
    owner: "me",
    fileName: `clip-${number}.mp4`,
    bytes: 1000,
    contentType: "video/mp4",
    extraction: { quality: 85 },
    status: "ready",
    createdAt: "2026-11-21T12:00:00.000Z",
    updatedAt: "2026-11-21T12:00:00.000Z",
    expiresAt: "2026-12-21T12:00:00.000Z",
    ...changes,
  } as LibraryVideo;
}

/** A link to a poster that expires after some seconds from now. */
export function poster(signature: string, seconds: number): NonNullable<LibraryVideo["poster"]> {
  const expiresAt = new Date(Date.now() + seconds * 1000).toISOString();
  return { name: "poster.jpg", url: `https://s3.test/poster.jpg?signature=${signature}`, expiresAt };
}

/** A server with videos, newest first, that pages as the API does. */
export class FakeLibrary {
  videos: LibraryVideo[] = [];
  calls: { status?: string | undefined; cursor?: string | undefined; limit: number }[] = [];
  failure: unknown;

  /** Adds the videos with these numbers. */
  add(...numbers: number[]): void {
    this.videos = [...this.videos, ...numbers.map((number) => video(number))].sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** Changes the video with this number. */
  change(number: number, changes: Partial<LibraryVideo>): void {
    const { id } = video(number);
    this.videos = this.videos.map((other) => (other.id === id ? { ...other, ...changes } : other));
  }

  async list(query: { status?: string | undefined; cursor?: string | undefined; limit: number }) {
    this.calls.push(query);
    if (this.failure !== undefined) throw this.failure;
    const matching = this.videos.filter(({ status }) => query.status === undefined || status === query.status);
    const older = matching.filter(({ id }) => query.cursor === undefined || id < query.cursor);
    const videos = older.slice(0, query.limit);
    const last = videos.at(-1);
    return last && older.length > videos.length ? { videos, cursor: last.id } : { videos };
  }
}
