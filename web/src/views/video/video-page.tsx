import { FileQuestion, WifiOff } from "lucide";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Status, VideoView } from "../../api/types";
import { problemText } from "../../i18n/errors";
import { href } from "../../router";
import { announce } from "../../ui/announce";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { Skeleton } from "../../ui/skeleton";
import { useTitle } from "../../ui/use-title";
import { t } from "./messages";
import { OpenVideo } from "./open-video";
import { FailedVideo, PendingVideo } from "./unready-video";
import { VideoHead } from "./video-head";
import "./video-page.css";
import { VideoStore } from "./video-store";

interface VideoPageProps {
  id: string;
  /** The owner of another user's video, for administrators. */
  user?: string;
}

/** One video: its frames as soon as they are ready, and until then how far the work is. */
export default function VideoPage({ id, user }: VideoPageProps) {
  const store = useMemo(() => new VideoStore(id, user), [id, user]);
  useEffect(() => {
    store.start();
    return () => store.dispose();
  }, [store]);

  const video = store.video.value;
  const problem = store.problem.value;
  useTitle(video?.fileName);
  useAnnouncedStatus(video?.status);

  if (store.missing.value) return <MissingVideo />;
  if (!video && problem !== undefined) {
    return (
      <EmptyState as="h1" icon={WifiOff} title={t("unreachableTitle")}>
        <p>{problemText(problem)}</p>
        <Button kind="primary" onClick={() => store.refresh()}>
          {t("tryAgain")}
        </Button>
      </EmptyState>
    );
  }
  if (!video) return <LoadingVideo />;
  return (
    <div class="video-page">
      <VideoHead store={store} video={video} />
      {problem !== undefined && <Banner kind="warning">{problemText(problem)}</Banner>}
      {video.status === "failed" && <FailedVideo store={store} video={video} />}
      {video.status !== "failed" && video.status !== "ready" && <PendingVideo video={video} />}
      {video.result && <OpenVideo key={zipOf(video)} store={store} video={video} />}
    </div>
  );
}

/** Returns which zip the frames are in. A retry makes another one. */
function zipOf({ download }: VideoView): string | undefined {
  return download && new URL(download.url).pathname;
}

/** Announces each new status to screen readers. */
function useAnnouncedStatus(status: Status | undefined): void {
  const last = useRef(status);
  useEffect(() => {
    if (status && last.current && last.current !== status) announce(t(status));
    last.current = status;
  }, [status]);
}

function MissingVideo() {
  return (
    <EmptyState as="h1" icon={FileQuestion} title={t("missingTitle")}>
      <p>{t("missingText")}</p>
      <p>
        <a href={href({ view: "home" })}>{t("back")}</a>
      </p>
    </EmptyState>
  );
}

function LoadingVideo() {
  return (
    <div class="video-page" aria-busy="true">
      <p class="visually-hidden">{t("loading")}</p>
      <Skeleton width="16rem" height="40px" />
      <div class="video-page-dark video-page-wait" />
    </div>
  );
}
