import type { VideoView } from "../../api/types";

/** A video as a list has it: with at most the poster of its links. */
export type LibraryVideo = VideoView;

/** One answer of the list: the videos that follow `after`, or the newest ones without it. */
export interface ListedPage {
  readonly videos: readonly LibraryVideo[];
  readonly after: string | undefined;
  readonly isLast: boolean;
}

/** The changes that a page made. */
export interface Merged {
  readonly videos: readonly LibraryVideo[];
  readonly isChanged: boolean;
  /** Videos that are newer than all that were loaded before. */
  readonly fresh: readonly LibraryVideo[];
  /** Videos that were unfinished before and are `ready` or `failed` now. */
  readonly finished: readonly LibraryVideo[];
}

/** A link is renewed this long before it expires. */
export const RENEWAL_MS = 2 * 60_000;

/** Whether a video will change without its owner doing anything. */
export function isUnfinished({ status }: LibraryVideo): boolean {
  return status !== "ready" && status !== "failed";
}

/**
 * Puts a page into the loaded videos. Videos in the page's range that it does not have were deleted elsewhere.
 * A video that has not changed stays the same object, so that it is not rendered again.
 */
export function mergePage(loaded: readonly LibraryVideo[], page: ListedPage, now: number): Merged {
  const before = new Map(loaded.map((video) => [video.id, video]));
  const newest = loaded[0]?.id;
  const kept = loaded.filter(({ id }) => !isInRange(id, page));
  const listed = page.videos.map((video) => mergeVideo(before.get(video.id), video, now));
  // ids are UUIDs of version 7, which sort by time
  const videos = [...new Map([...kept, ...listed].map((video) => [video.id, video])).values()].sort((a, b) =>
    a.id < b.id ? 1 : -1,
  );
  return {
    videos,
    isChanged: videos.length !== loaded.length || videos.some((video, index) => video !== loaded[index]),
    fresh: newest === undefined ? [] : listed.filter(({ id }) => !before.has(id) && id > newest),
    finished: listed.filter((video) => {
      const old = before.get(video.id);
      return old !== undefined && isUnfinished(old) && !isUnfinished(video);
    }),
  };
}

function isInRange(id: string, { videos, after, isLast }: ListedPage): boolean {
  if (after !== undefined && id >= after) return false;
  const last = videos.at(-1);
  return isLast || (last !== undefined && id >= last.id);
}

function mergeVideo(old: LibraryVideo | undefined, video: LibraryVideo, now: number): LibraryVideo {
  if (!old) return video;
  const merged = withPoster(old, video, now);
  return JSON.stringify(old) === JSON.stringify(merged) ? old : merged;
}

/** Keeps the old link to the same image until it expires, because another URL would be loaded again. */
function withPoster(old: LibraryVideo, video: LibraryVideo, now: number): LibraryVideo {
  const isSame = old.poster && video.poster && pathOf(old.poster.url) === pathOf(video.poster.url);
  return isSame && old.poster && !isExpiring(old, now) ? { ...video, poster: old.poster } : video;
}

/** Whether the link to a video's poster has to be renewed. */
export function isExpiring({ poster }: LibraryVideo, now: number): boolean {
  return poster !== undefined && Date.parse(poster.expiresAt) - RENEWAL_MS <= now;
}

/** Returns a URL without its query, which names the object without the signature. */
export function pathOf(url: string): string {
  return url.split("?", 1)[0] ?? url;
}
