import { useEffect, useRef } from "preact/hooks";
import "./home.css";
import { isEmpty, library } from "./library/library";
import { LibraryView } from "./library/library-view";
import { t } from "./library/messages";
import { DropZone } from "./sending/drop-zone";
import { Sending } from "./sending/sending";
import { chosen } from "./sending/sending-store";
import { UploadList } from "./uploads/upload-list";
import { uploads, uploadsChange } from "./uploads/uploads-store";

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
  useArrivals();

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
      {/* when it becomes known that there are no videos, other elements come, so that none seems to move */}
      <DropZone key={store.state.value === "loading" ? "loading" : "known"} size={size} />
      <Sending />
      <UploadList />
      <LibraryView />
    </div>
  );
}

/** Follows the uploads: a video that has arrived loses its row as soon as the library has it. */
function useArrivals(): void {
  const change = uploadsChange.value;
  const target = uploads.value;
  const seen = useRef(change);
  useEffect(() => {
    const arrived = target?.items.peek().filter(({ state }) => state === "arrived") ?? [];
    if (seen.current === change && arrived.length === 0) return;
    seen.current = change;
    const store = library.peek();
    void store.refresh().then(() => {
      if (store.error.peek() !== undefined) return;
      for (const { id } of arrived) target?.dismiss(id);
    });
  }, [change, target]);
}
