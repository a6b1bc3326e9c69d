import { api, result } from "./client";
import { given, pathOf } from "./given";
import type {
  CreatedVideo,
  CreateVideo,
  ExtractionOptions,
  Status,
  Upload,
  Video,
  VideoPage,
  VideoView,
} from "./types";

/** The choice of videos in a list. `user` and `all` are for administrators. */
export interface ListQuery {
  status?: Status | undefined;
  cursor?: string | undefined;
  limit?: number | undefined;
  user?: string | undefined;
  all?: boolean | undefined;
}

/** Returns one page of videos, newest first. */
export function listVideos(query: ListQuery = {}, signal?: AbortSignal): Promise<VideoPage> {
  return result(api.GET("/videos", { params: { query: given(query) }, signal: signal ?? null }));
}

/** Returns a video with fresh links. `user` is its owner, for administrators. */
export function readVideo(id: string, user?: string, signal?: AbortSignal): Promise<VideoView> {
  const params = { ...pathOf(id), query: given({ user }) };
  return result(api.GET("/videos/{id}", { params, signal: signal ?? null }));
}

/**
 * Deletes a video with its file and zips. `user` is its owner, for administrators. The call is finished even if the
 * page is closed meanwhile.
 */
export async function deleteVideo(id: string, user?: string): Promise<void> {
  const params = { ...pathOf(id), query: given({ user }) };
  await result(api.DELETE("/videos/{id}", { params, keepalive: true }));
}

/** Queues a `ready` or `failed` video again, with other options. Safe to repeat with the same key. */
export function retryVideo(id: string, extraction: ExtractionOptions, key: string): Promise<Video> {
  const params = { ...pathOf(id), header: { "Idempotency-Key": key } };
  return result(api.POST("/videos/{id}/retry", { params, body: { extraction: sendable(extraction) } }));
}

/** Creates the record of a video and returns where its bytes go. Safe to repeat with the same key. */
export async function createVideo(newVideo: CreateVideo, key: string): Promise<CreatedVideo> {
  const params = { header: { "Idempotency-Key": key } };
  const created = await result(api.POST("/videos", { params, body: sendable(newVideo) }));
  if ("videos" in created) throw new TypeError("The API answered with several videos to one.");
  return created;
}

/** Returns which bytes have arrived, and fresh URLs for the others. `after` is the `next` of the page before. */
export function readUpload(id: string, after?: number, signal?: AbortSignal): Promise<Upload> {
  const params = { ...pathOf(id), query: given({ after }) };
  return result(api.GET("/videos/{id}/upload", { params, signal: signal ?? null }));
}

/** Makes the file from its parts once all have arrived. Safe to repeat. */
export function completeUpload(id: string): Promise<Video> {
  return result(api.POST("/videos/{id}/upload/complete", { params: pathOf(id) }));
}

/** The types of `openapi-fetch` for request bodies lose the alternatives of `ExtractionOptions`. */
function sendable(body: CreateVideo | ExtractionOptions): never {
  return body as never;
}
