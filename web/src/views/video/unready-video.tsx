import { useState } from "preact/hooks";
import type { Status, VideoView } from "../../api/types";
import { canRetry, failureText } from "../../i18n/errors";
import { navigate } from "../../router";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { ProgressBar } from "../../ui/progress-bar";
import { LazyRetryDialog } from "./lazy-retry-dialog";
import { t } from "./messages";
import "./unready-video.css";
import { VideoFacts } from "./video-facts";
import type { VideoStore } from "./video-store";

type Unready = Exclude<Status, "ready" | "failed">;

interface UnreadyVideoProps {
  video: VideoView;
}

/** A video that is not ready yet: its state and its progress. The frames that a retry keeps are shown below it. */
export function PendingVideo({ video }: UnreadyVideoProps) {
  const status = video.status as Unready;
  const { progress } = video;
  const counted = status === "processing" && progress !== undefined && progress.total > 0;
  if (video.result) {
    return <Banner kind="info">{`${t("retryRuns")} ${counted ? t("progress", { ...progress }) : t(status)}`}</Banner>;
  }
  return (
    <>
      <section class="video-page-dark video-page-wait">
        <div class="unready-video">
          <h2>{t(status)}</h2>
          {status !== "awaiting_upload" && (
            <ProgressBar label={t(status)} value={counted ? progress.done / progress.total : undefined} />
          )}
          {status === "processing" && (
            <p class="numeric">{counted ? t("progress", { ...progress }) : t("progressStarting")}</p>
          )}
          <p class="quiet">{t(`${status}Text`)}</p>
        </div>
      </section>
      <VideoFacts video={video} />
    </>
  );
}

/** A video that failed: the reason, and what can be done. The frames that a retry keeps are shown below it. */
export function FailedVideo({ store, video }: UnreadyVideoProps & { store: VideoStore }) {
  const [isAsking, setAsking] = useState(false);
  const { reason, advice } = failureText(video.error ?? { code: "internal", message: "" });
  const isOwn = store.user === undefined;
  const again = isOwn && canRetry(video) && (
    <Button kind={video.result ? "secondary" : "primary"} onClick={() => setAsking(true)}>
      {t("again")}
    </Button>
  );
  const dialog = isAsking && (
    <LazyRetryDialog video={video} onClose={() => setAsking(false)} onQueued={(queued) => store.replace(queued)} />
  );
  if (video.result) {
    return (
      <>
        <Banner kind="warning" action={again}>{`${t("retryFailed")} ${reason} ${advice}`}</Banner>
        {dialog}
      </>
    );
  }
  return (
    <>
      <section class="video-page-dark video-page-wait">
        <div class="unready-video">
          <h2>{t("failed")}</h2>
          <p>{reason}</p>
          <p class="quiet">{advice}</p>
          {again}
          {isOwn && !again && (
            <Button kind="primary" onClick={() => navigate({ view: "home" })}>
              {t("another")}
            </Button>
          )}
          {dialog}
        </div>
      </section>
      <VideoFacts video={video} />
    </>
  );
}
