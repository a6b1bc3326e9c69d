import { useEffect, useState } from "preact/hooks";
import type { VideoView } from "../../api/types";
import { problemText } from "../../i18n/errors";
import { Button } from "../../ui/button";
import { Skeleton } from "../../ui/skeleton";
import { toast } from "../../ui/toast";
import {
  LinkRefusedError,
  ZipChangedError,
  ZipGoneError,
  ZipUnreachableError,
  ZipUnreadableError,
} from "../../zip";
import { missingFeatures } from "./browser";
import { t } from "./messages";
import { VideoFacts } from "./video-facts";
import type { VideoStore } from "./video-store";
import { openViewer, type Viewer } from "./viewer";
import { ViewerScreen } from "./viewer-screen";

interface OpenVideoProps {
  store: VideoStore;
  video: VideoView;
}

interface Opening {
  viewer?: Viewer;
  error?: unknown;
}

/** Opens the zip of a ready video and shows it. A zip that was replaced in the meantime is opened again. */
export function OpenVideo({ store, video }: OpenVideoProps) {
  const [attempt, setAttempt] = useState(0);
  const [{ viewer, error }, setOpening] = useState<Opening>({});
  const [missing] = useState(missingFeatures);

  useEffect(() => {
    if (missing.length > 0) return;
    const stop = new AbortController();
    let opened: Viewer | undefined;
    setOpening({});
    openViewer(store, stop.signal).then(
      (ready) => {
        if (stop.signal.aborted) return ready.dispose();
        opened = ready;
        setOpening({ viewer: ready });
      },
      (failure: unknown) => {
        if (!stop.signal.aborted) setOpening({ error: failure });
      },
    );
    return () => {
      stop.abort();
      opened?.dispose();
    };
  }, [store, attempt, missing]);

  const lost = viewer?.lost.value;
  useEffect(() => {
    if (!(lost instanceof ZipChangedError)) return;
    toast(t("zipChanged"));
    store.refresh();
    setAttempt((count) => count + 1);
  }, [lost, store]);

  if (missing.length > 0) return <Blocked video={video} text={t("unsupported", { features: missing.join(", ") })} />;
  const trouble = error ?? (lost instanceof ZipGoneError ? lost : undefined);
  if (trouble !== undefined) {
    return <Blocked video={video} text={troubleText(trouble)} onRetry={() => setAttempt(attempt + 1)} />;
  }
  return viewer ? <ViewerScreen viewer={viewer} video={video} /> : <OpeningScreen video={video} />;
}

function Blocked({ video, text, onRetry }: { video: VideoView; text: string; onRetry?: () => void }) {
  return (
    <>
      <section class="video-page-dark video-page-wait">
        <div class="unready-video" role="alert">
          <p>{text}</p>
          {onRetry && <Button onClick={onRetry}>{t("tryAgain")}</Button>}
        </div>
      </section>
      <VideoFacts video={video} />
    </>
  );
}

/** Has the measures of the viewer, so that nothing moves when the frames are there. */
function OpeningScreen({ video }: { video: VideoView }) {
  return (
    <div class="viewer-screen-top" aria-busy="true">
      <p class="visually-hidden">{t("opening")}</p>
      <div class="video-page-dark">
        <div class="stage-view" />
        <div class="readout">
          <span class="readout-time">
            <Skeleton width="12rem" />
          </span>
        </div>
        <div class="timeline">
          <div class="timeline-track" />
          <p class="timeline-ends">&nbsp;</p>
        </div>
      </div>
      <VideoFacts video={video} />
    </div>
  );
}

function troubleText(error: unknown): string {
  if (error instanceof ZipGoneError) return t("zipGone");
  if (error instanceof LinkRefusedError) return t("zipRefused");
  if (error instanceof ZipUnreachableError) return t("zipUnreachable");
  if (error instanceof ZipUnreadableError || error instanceof DOMException) return t("zipUnreadable");
  return problemText(error);
}
