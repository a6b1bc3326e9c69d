import { useEffect, useRef } from "preact/hooks";
import "./home.css";
import { isEmpty, library, shownVideos } from "./library/library";
import { LibraryView } from "./library/library-view";
import { t } from "./library/messages";
import { DropZone } from "./sending/drop-zone";
import { PageDrop } from "./sending/page-drop";
import { Sending } from "./sending/sending";
import { chosen } from "./sending/sending-store";
import { UploadList } from "./uploads/upload-list";
import { arrivedCount, uploads } from "./uploads/uploads-store";

/** The video whose page was opened last, to return the focus to its card. */
let lastOpened: string | undefined;

/** The start page of a signed-in user: the drop zone, what is being sent, and the library. */
export function Home() {
  const store = library.value;
  const home = useRef<HTMLDivElement>(null);
  const hasUploads = (uploads.value?.items.value.length ?? 0) > 0;
  const size = isEmpty.value && chosen.value.length === 0 && !hasUploads ? "large" : "bar";

  useEffect(() => {
    store.start();
    return () => store.stop();
  }, [store]);
  useRefreshOnArrival();
  useDismissArrived();

  useEffect(() => {
    // after the shell has moved the focus to the heading
    const card = lastOpened && home.current?.querySelector(`[data-id="${CSS.escape(lastOpened)}"] .video-card-link`);
    if (card instanceof HTMLElement) card.focus({ preventScroll: true });
    lastOpened = undefined;
  }, []);

  return (
    <div
      class="home"
      ref={home}
      onClickCapture={(event) => {
        const card = event.target instanceof Element && event.target.closest<HTMLElement>(".video-card");
        if (card) lastOpened = card.dataset["id"];
      }}
    >
      <h1 class="visually-hidden">{t("home")}</h1>
      <PageDrop />
      {/* another size is another element, so that its parts do not seem to move */}
      <DropZone key={size} size={size} />
      <Sending />
      <UploadList />
      <LibraryView />
    </div>
  );
}

/** A video that has arrived is in the queue now. */
function useRefreshOnArrival(): void {
  const count = arrivedCount.value;
  const seen = useRef(count);
  useEffect(() => {
    if (seen.current === count) return;
    seen.current = count;
    void library.peek().refresh();
  }, [count]);
}

/** The row of an arrived upload goes away as soon as the library shows the video. */
function useDismissArrived(): void {
  const target = uploads.value;
  const items = target?.items.value ?? [];
  const shown = shownVideos.value;
  useEffect(() => {
    for (const { id, state, videoId } of items) {
      if (state !== "arrived") continue;
      const video = shown.find((other) => other.id === videoId);
      if (video && video.status !== "awaiting_upload") target?.dismiss(id);
    }
  }, [items, shown]);
}
