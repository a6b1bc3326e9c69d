import type { Page } from "@playwright/test";
import type { VideoPage, VideoView } from "../../src/api/schema";
import { newPerson, type Person } from "./person";
import { media } from "./stack";

/** The names of the videos in a library, by what they show. */
export const NAMES = {
  sunset: "Sunset drive.mp4",
  lanterns: "Paper lanterns.mp4",
  phone: "Phone clip.mov",
  damaged: "Damaged copy.mp4",
  failed: "Notes.mp4",
  awaited: "Tomorrow.mp4",
} as const;

/** A user with videos in every state. */
export interface Library {
  readonly person: Person;
  /** A ready video with a storyboard and a contact sheet. */
  readonly sunset: VideoView;
  readonly failed: VideoView;
  /** A video whose file has not arrived. */
  readonly awaited: string;
}

/** Makes the library. */
export async function makeLibrary(): Promise<Library> {
  const person = await newPerson();
  const { api } = person;
  const awaited = (await api.create(NAMES.awaited, 48_000_000)).video.id;
  const failed = await api.send(media("text.mp4"), {}, NAMES.failed);
  const others = await Promise.all([
    api.send(media("truncated-head.mp4"), { every: 1 }, NAMES.damaged),
    api.send(media("h264-rotated.mov"), { count: 8 }, NAMES.phone),
    api.send(media("sample.mp4"), { every: 0.5, from: 4, to: 8 }, NAMES.lanterns),
  ]);
  const sunset = await api.send(media("sample.mp4"), { every: 0.25, storyboard: {}, sheet: {} }, NAMES.sunset);
  for (const id of others) await api.ended(id);
  return { person, awaited, failed: await api.ended(failed, "failed"), sunset: await api.ended(sunset) };
}

/** Lets the page see a video that waits for its file as one whose frames are being extracted. */
export function showAsProcessing(page: Page, id: string): Promise<void> {
  return showAs(page, id, () => ({ status: "processing", progress: { done: 43, total: 120 } }));
}

/** Lets the page see a video with changes, which are asked for at each answer. */
export async function showAs(page: Page, id: string, changes: () => Partial<VideoView>): Promise<void> {
  const change = (video: VideoView): VideoView => (video.id === id ? { ...video, ...changes() } : video);
  await page.route(/\/videos(\?|$)/, async (route) => {
    const answer = await route.fetch();
    const list = (await answer.json()) as VideoPage;
    await route.fulfill({ response: answer, json: { ...list, videos: list.videos.map(change) } });
  });
  await page.route(new RegExp(`/videos/${id}$`), async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: change((await answer.json()) as VideoView) });
  });
}
