import { SearchX, WifiOff } from "lucide";
import { useState } from "preact/hooks";
import { problemText } from "../../i18n/errors";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { LazyRetryDialog } from "../video/lazy-retry-dialog";
import { CardSkeleton } from "./card-skeleton";
import { EmptyLibrary } from "./empty-library";
import { FreshChip } from "./fresh-chip";
import { isEmpty, library, shownVideos } from "./library";
import { LibraryToolbar } from "./library-toolbar";
import "./library-view.css";
import { LoadMore } from "./load-more";
import type { LibraryVideo } from "./merge";
import { t } from "./messages";
import { focusCard, undoLast, useCardActions } from "./use-card-actions";
import { useUndoKey } from "./use-undo-key";
import { VideoCard, type CardActions } from "./video-card";
import { WarningsDialog } from "./warnings-dialog";

const SKELETONS = 8;

/** The videos of the user, newest first, with search, filter and actions. */
export function LibraryView() {
  const store = library.value;
  const [query, setQuery] = useState("");
  const [retried, setRetried] = useState<LibraryVideo>();
  const [warned, setWarned] = useState<LibraryVideo>();
  const actions = useCardActions({ onRetry: setRetried, onWarnings: setWarned });
  useUndoKey(undoLast);

  const isUnfiltered = store.status.value === undefined;
  if (isEmpty.value && isUnfiltered && store.state.value !== "failed") return <EmptyLibrary />;
  // a video that is being sent has its row among the uploads
  const isBlank =
    isUnfiltered &&
    query.trim() === "" &&
    shownVideos.value.length === 0 &&
    store.state.value === "ready" &&
    store.more.value === "none";
  return (
    <section class="library-view" aria-labelledby="library-title">
      {isBlank ? (
        <h2 class="visually-hidden" id="library-title" tabIndex={-1}>
          {t("title")}
        </h2>
      ) : (
        <LibraryToolbar
          query={query}
          onQuery={setQuery}
          status={store.status.value}
          onStatus={(status) => store.filterBy(status)}
        />
      )}
      <FreshChip />
      <LibraryContent query={query} onQuery={setQuery} actions={actions} />
      {retried && (
        <LazyRetryDialog
          video={retried}
          onClose={() => {
            setRetried(undefined);
            focusCard(retried.id);
          }}
          onQueued={(video) => store.replace({ ...video })}
        />
      )}
      {warned && <WarningsDialog video={warned} onClose={() => setWarned(undefined)} />}
    </section>
  );
}

interface ContentProps {
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly actions: CardActions;
}

function LibraryContent({ query, onQuery, actions }: ContentProps) {
  const store = library.value;
  const state = store.state.value;
  const error = store.error.value;
  const videos = shownVideos.value;
  const wanted = query.trim().toLocaleLowerCase();
  const found = wanted === "" ? videos : videos.filter(({ fileName }) => fileName.toLocaleLowerCase().includes(wanted));

  if (state === "failed") return <LoadFailed error={error} />;
  if (state === "loading") {
    return (
      <>
        <p class="visually-hidden">{t("loading")}</p>
        <ul class="library-view-cards" aria-busy="true">
          {Array.from({ length: SKELETONS }, (_, index) => (
            <CardSkeleton key={index} />
          ))}
        </ul>
      </>
    );
  }
  return (
    <>
      {error !== undefined && <Banner kind="warning">{t("stale", { problem: problemText(error) })}</Banner>}
      <ul class="library-view-cards">
        {found.map((video) => (
          <VideoCard key={video.id} video={video} actions={actions} />
        ))}
      </ul>
      {found.length === 0 && wanted !== "" && (
        <EmptyState icon={SearchX} title={t("no_match", { query: query.trim() })}>
          <Button onClick={() => onQuery("")}>{t("clear_search")}</Button>
        </EmptyState>
      )}
      {videos.length === 0 && wanted === "" && store.status.value !== undefined && store.more.value === "none" && (
        <EmptyState title={t("none_with_status")}>
          <Button onClick={() => store.filterBy(undefined)}>{t("show_all")}</Button>
        </EmptyState>
      )}
      {wanted !== "" && store.more.value !== "none" && (
        <p class="library-view-note">{t("searched", { count: videos.length })}</p>
      )}
      <LoadMore
        state={store.more.value}
        count={videos.length}
        // a name that few videos have would load the whole library
        isAutomatic={wanted === ""}
        onMore={() => void store.loadMore()}
      />
    </>
  );
}

function LoadFailed({ error }: { readonly error: unknown }) {
  return (
    <EmptyState icon={WifiOff} title={t("load_failed")}>
      <p>{problemText(error)}</p>
      <Button onClick={() => void library.peek().refresh()}>{t("try_again")}</Button>
    </EmptyState>
  );
}
