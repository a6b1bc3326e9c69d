import { type ListQuery, listVideos } from "../../api/videos";
import type { VideoView } from "../../api/types";

/** Sums over a user's videos. */
export interface Usage {
  videos: number;
  uploadedBytes: number;
  frames: number;
  zipBytes: number;
  /** Whether these are all videos on the user's list, and not only the newest. */
  isComplete: boolean;
}

/** A list is read up to this many pages of 100. */
const MOST_PAGES = 10;

/** Reads a user's list and adds up what is on it. */
export async function readUsage(user: string, signal: AbortSignal): Promise<Usage> {
  const usage: Usage = { videos: 0, uploadedBytes: 0, frames: 0, zipBytes: 0, isComplete: false };
  let query: ListQuery = { user, limit: 100 };
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { videos, cursor } = await listVideos(query, signal);
    for (const video of videos) add(usage, video);
    if (cursor === undefined) return { ...usage, isComplete: true };
    query = { ...query, cursor };
  }
  return usage;
}

function add(usage: Usage, video: VideoView): void {
  usage.videos += 1;
  // before the bytes have arrived, the length is only announced
  if (video.status !== "awaiting_upload") usage.uploadedBytes += video.bytes;
  usage.frames += video.result?.frames ?? 0;
  usage.zipBytes += video.result?.bytes ?? 0;
}
