import { computed, effect, signal, untracked, type ReadonlySignal } from "@preact/signals";
import type { ExtractionOptions } from "../../api/types";
import { completeUpload, createVideo, deleteVideo, readUpload } from "../../api/videos";
import { sessionExpired } from "../../auth/session";
import { userId } from "../../auth/user-id";
import { problemText } from "../../i18n/errors";
import { announce } from "../../ui/announce";
import type { ChosenFile, UploadBackend, UploadItem } from "../../upload/types";
import { Uploads } from "../../upload/uploads";
import { unchooseAll, type ChosenVideo } from "../sending/sending-store";
import { warnBeforeLeaving } from "./leaving";
import { t } from "./messages";

const backend: UploadBackend = {
  create: createVideo,
  read: readUpload,
  complete: completeUpload,
  remove: removeRecord,
};

const current = signal<Uploads | undefined>(undefined);
/** The ids of the records of cancelled uploads: they are being deleted. */
const cancelled = signal<ReadonlySet<string>>(new Set());
/** The first frame of each file, as an object URL, by the id of its upload and later by that of its video. */
const posters = new Map<string, string>();

/** The uploads of the signed-in user. */
export const uploads: ReadonlySignal<Uploads | undefined> = current;

// progress changes the items several times a second, the ids hardly ever
const joinedIds = computed(() => {
  const items = current.value?.items.value ?? [];
  return items.flatMap(({ state, videoId }) => (state === "arrived" ? [] : (videoId ?? []))).join(" ");
});

/** The ids of the videos that the library need not show: they have a row among the uploads, or were cancelled. */
export const uploadingIds: ReadonlySignal<ReadonlySet<string>> = computed(
  () => new Set([...joinedIds.value.split(" "), ...cancelled.value]),
);

/** Changes whenever an upload begins, arrives or goes away: the server has something new then. */
export const uploadsChange: ReadonlySignal<unknown> = joinedIds;

/** Returns the first frame of an upload or of a video that came from this page, as the browser decoded it. */
export function localPoster(...ids: readonly (string | undefined)[]): string | undefined {
  return ids.map((id) => id && posters.get(id)).find((url) => url !== undefined);
}

/** Sends the chosen files with these options. */
export function sendFiles(videos: readonly ChosenVideo[], extraction: ExtractionOptions): void {
  const target = current.peek();
  if (!target) return;
  const before = new Set(target.items.peek().map(({ id }) => id));
  target.add(videos.map(({ file, handle }): ChosenFile => ({ file, extraction, ...(handle && { handle }) })));
  const added = target.items.peek().filter(({ id }) => !before.has(id));
  const kept = new Set<number>();
  for (const [index, { id, preview }] of videos.entries()) {
    const [item, frame] = [added[index], preview?.frames[0]];
    if (!item || frame === undefined) continue;
    posters.set(item.id, frame);
    kept.add(id);
  }
  unchooseAll(kept);
}

/** Ends an upload. Its record is hidden at once, since deleting it takes a moment. */
export function cancelUpload({ id, videoId }: UploadItem): void {
  if (videoId) hide(videoId);
  current.peek()?.cancel(id);
}

async function removeRecord(videoId: string): Promise<void> {
  hide(videoId);
  try {
    await deleteVideo(videoId);
  } catch (error) {
    // the record stays for now, and its owner can delete it from the library
    cancelled.value = new Set([...cancelled.peek()].filter((id) => id !== videoId));
    throw error;
  }
}

function hide(videoId: string): void {
  cancelled.value = new Set([...cancelled.peek(), videoId]);
}

function open(user: string): Uploads {
  const opened = new Uploads(backend, user);
  opened.onArrived = (videoId) => {
    const item = opened.items.peek().find((other) => other.videoId === videoId);
    const poster = item && posters.get(item.id);
    if (poster) posters.set(videoId, poster);
    if (item) announce(t("has_arrived", { name: item.name }));
  };
  void opened.restore();
  return opened;
}

function close(): void {
  current.peek()?.dispose();
  current.value = undefined;
  for (const url of posters.values()) URL.revokeObjectURL(url);
  posters.clear();
}

// one instance for each signed-in user
effect(() => {
  const id = userId.value;
  if (id === undefined) return;
  // the signals that the new instance reads must not cause another one
  current.value = untracked(() => open(id));
  return close;
});

// calls that waited for the session go on as soon as the user has signed in again
effect(() => {
  if (!sessionExpired.value) current.peek()?.wake();
});

// leaving the page would interrupt what is being sent
effect(() => (current.value?.busy.value ? warnBeforeLeaving() : undefined));

const refused = new Set<string>();

effect(() => {
  for (const { id, name, state, reason } of current.value?.items.value ?? []) {
    if (state !== "refused") refused.delete(id);
    else if (!refused.has(id)) {
      refused.add(id);
      announce(t("was_refused", { name, reason: problemText(reason) }));
    }
  }
});
