import { useMemo } from "preact/hooks";
import { readVideo } from "../../api/videos";
import { problemText } from "../../i18n/errors";
import { toast } from "../../ui/toast";
import { startDownload } from "../uploads/leaving";
import { deleteWithUndo, library } from "./library";
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
        focusNeighbour(video.id);
        deleteWithUndo(video);
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

/** Moves the focus to the next card, or the one before, because the card that has it goes away. */
function focusNeighbour(id: string): void {
  const card = document.querySelector(`.video-card[data-id="${CSS.escape(id)}"]`);
  const neighbour = card?.nextElementSibling ?? card?.previousElementSibling;
  const target = neighbour?.querySelector<HTMLElement>(".video-card-link") ?? document.getElementById("library-title");
  target?.focus({ preventScroll: true });
}
