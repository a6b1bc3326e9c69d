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
        deleteWithUndo(video, focusCard);
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

/** Undoes the last deletion, and moves the focus to the card that is back. */
export function undoLast(): void {
  const id = undoDeletion();
  if (id === undefined) return;
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  focusCard(id);
}

/** Returns the focus to the card of a video, if the control that had it is gone. */
export function focusCard(id: string): void {
  requestAnimationFrame(() => {
    if (document.activeElement !== document.body) return;
    cardOf(id)?.querySelector<HTMLElement>(".video-card-link")?.focus({ preventScroll: true });
  });
}

function cardOf(id: string): Element | null {
  return document.querySelector(`.video-card[data-id="${CSS.escape(id)}"]`);
}
