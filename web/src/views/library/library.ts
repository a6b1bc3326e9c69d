import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { ApiError } from "../../api/errors";
import { deleteVideo, listVideos } from "../../api/videos";
import { beforeSignOut } from "../../auth/session";
import { userId } from "../../auth/user-id";
import { failureText, problemText } from "../../i18n/errors";
import { readItem, writeItem } from "../../storage";
import { announce } from "../../ui/announce";
import { toast } from "../../ui/toast";
import { uploadingIds } from "../uploads/uploads-store";
import { Deletions, UNDO_SECONDS } from "./deletions";
import { Library } from "./library-store";
import type { LibraryVideo } from "./merge";
import { t } from "./messages";

/** Below this the user is at the top of the page, where new videos may come in. */
const TOP = 240;
const EMPTY_KEY = "framezip.empty";

const current = signal<Library>(newLibrary());
/** Names by id, for messages about videos that are no longer in the list. */
const names = new Map<string, string>();

const deletions = new Deletions(remove, (id, error) => {
  toast(t("delete_failed", { name: names.get(id) ?? "", problem: problemText(error) }));
});

/** The videos of the signed-in user. */
export const library: ReadonlySignal<Library> = current;

/** The videos to show: without those that were deleted, and those that have a row among the uploads. */
export const shownVideos: ReadonlySignal<readonly LibraryVideo[]> = computed(() =>
  current.value.videos.value.filter(({ id }) => !deletions.ids.value.has(id) && !uploadingIds.value.has(id)),
);

/** The number of new videos that are held back while the user reads. */
export const freshCount: ReadonlySignal<number> = computed(
  () => [...current.value.held.value].filter((id) => !uploadingIds.value.has(id)).length,
);

/** Whether the user has no video at all; until that is known, whether that was so the last time. */
export const isEmpty: ReadonlySignal<boolean> = computed(() => {
  const { state, status, more, videos } = current.value;
  if (state.value !== "ready" || status.value !== undefined) return wasEmpty();
  return more.value === "none" && videos.value.every(({ id }) => deletions.ids.value.has(id));
});

/** Deletes a video, with some seconds to undo it. Calls `onUndone` if it is undone by the message's button. */
export function deleteWithUndo({ id, fileName }: LibraryVideo, onUndone: (id: string) => void): void {
  names.set(id, fileName);
  const message = t("deleted", { name: fileName });
  const close = toast(message, {
    seconds: UNDO_SECONDS,
    spoken: `${message} ${t("undo_key")}`,
    action: { label: t("undo"), onSelect: () => deletions.undo(id) && onUndone(id) },
    // so that the deletion waits as long as the button is there
    onEnd: () => void deletions.finish(id),
  });
  deletions.add(id, close);
}

/** Undoes the last deletion that still waits, and returns its video. */
export function undoDeletion(): string | undefined {
  return deletions.undo();
}

async function remove(id: string): Promise<void> {
  try {
    await deleteVideo(id);
  } catch (error) {
    // deleted elsewhere in the meantime
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
  current.peek().forget(id);
}

function newLibrary(): Library {
  return new Library({ list: listVideos }, { isReading: () => scrollY > TOP, onFinished: announceFinished });
}

function announceFinished({ fileName, error }: LibraryVideo): void {
  if (error) announce(t("has_failed", { name: fileName, reason: failureText(error).reason }));
  else announce(t("is_ready", { name: fileName }));
}

function wasEmpty(): boolean {
  return readItem("local", EMPTY_KEY) === userId.value;
}

// another user has another library
effect(() => {
  if (userId.value === undefined) return;
  return () => {
    void deletions.flush();
    current.peek().stop();
    current.value = newLibrary();
  };
});

effect(() => {
  const { state, status } = current.value;
  if (state.value !== "ready" || status.value !== undefined || userId.value === undefined) return;
  const isKnown = wasEmpty();
  if (isEmpty.value && !isKnown) writeItem("local", EMPTY_KEY, userId.value);
  else if (!isEmpty.value && isKnown) writeItem("local", EMPTY_KEY, "");
});

// the page may not live until a deletion's time
addEventListener("pagehide", () => void deletions.flush());
beforeSignOut(() => deletions.flush());
