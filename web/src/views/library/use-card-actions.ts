import { useMemo } from "preact/hooks";
import { readVideo } from "../../api/videos";
import { problemText } from "../../i18n/errors";
import { toast } from "../../ui/toast";
import { focusNeighbour } from "../sending/focus";
import { startDownload } from "../uploads/leaving";
import { deleteWithUndo, library, undoDeletion } from "./library";
import type { LibraryVideo } from "./merge";
import type { CardActions } from "./video-card";

interface Openers {
  readonly onRetry: (video: LibraryVideo) => void;
  readonly onWarnings: (video: LibraryVideo) => void;
}

/** Returns the actions of the cards. Dialogs are opened by the view. */
export function useCardActions({ onRetry, onWarnings }: Openers): CardActions {
  return useMemo(
    () => ({
      download,
      retry: onRetry,
      showWarnings: onWarnings,
      remove: (video) => {
        focusNeighbour(cardOf(video.id), ".video-card-link", ".library-toolbar-title, .drop-zone-choose");
        deleteWithUndo(video, focusRestored);
      },
      renewLinks: () => void library.peek().refresh(),
    }),
    [],
  );
}

/** The list has no download links: each is signed when it is needed. */
async function download({ id }: LibraryVideo): Promise<void> {
  try {
    const { download: link } = await readVideo(id);
    if (link) startDownload(link.url);
    // retried in another tab in the meantime
    else void library.peek().refresh();
  } catch (error) {
    toast(problemText(error));
  }
}

/** Undoes the last deletion, moves the focus to the card that is back, and returns whether there was one. */
export function undoLast(): boolean {
  const id = undoDeletion();
  if (id === undefined) return false;
  focusRestored(id);
  return true;
}

function focusRestored(id: string): void {
  requestAnimationFrame(() => {
    const link = linkOf(id);
    if (link) link.focus({ preventScroll: true });
    // the search hides it, or another view is shown
    else if (document.activeElement === document.body) document.getElementById("main")?.focus({ preventScroll: true });
  });
}

/** Returns the focus to the card of a video, if the control that had it is gone. */
export function focusCard(id: string): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) linkOf(id)?.focus({ preventScroll: true });
  });
}

function linkOf(id: string): HTMLElement | null {
  return cardOf(id)?.querySelector<HTMLElement>(".video-card-link") ?? null;
}

function cardOf(id: string): Element | null {
  return document.querySelector(`.video-card[data-id="${CSS.escape(id)}"]`);
}
