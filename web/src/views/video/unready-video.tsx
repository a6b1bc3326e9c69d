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

/** A video that is not ready yet: what it waits for, and how far the work is. */
export function PendingVideo({ video }: { video: VideoView }) {
  const status = video.status as Unready;
  const { progress } = video;
  const counted = status === "processing" && progress !== undefined && progress.total > 0;
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

/** The progress or the failure of a retry. The earlier frames are shown below it. */
export function RetriedVideo({ store, video }: { store: VideoStore; video: VideoView }) {
  const [isAsking, setAsking] = useState(false);
  const { status, progress, error } = video;
  if (status === "failed") {
    const { reason, advice } = failureText(error ?? { code: "internal", message: "" });
    const again = store.user === undefined && <Button onClick={() => setAsking(true)}>{t("again")}</Button>;
    return (
      <>
        <Banner kind="warning" action={again}>{`${t("retryFailed")} ${reason} ${advice}`}</Banner>
        {isAsking && (
          <LazyRetryDialog video={video} onClose={() => setAsking(false)} onQueued={(queued) => store.replace(queued)} />
        )}
      </>
    );
  }
  const counted = status === "processing" && progress !== undefined && progress.total > 0;
  return <Banner kind="info">{`${t("retryRuns")} ${counted ? t("progress", { ...progress }) : t(status as Unready)}`}</Banner>;
}

/** A video without frames: the reason, and what can be done. */
export function FailedVideo({ store, video }: { store: VideoStore; video: VideoView }) {
  const [isAsking, setAsking] = useState(false);
  const { reason, advice } = failureText(video.error ?? { code: "internal", message: "" });
  return (
    <>
      <section class="video-page-dark video-page-wait">
        <div class="unready-video">
          <h2>{t("failed")}</h2>
          <p>{reason}</p>
          <p class="quiet">{advice}</p>
          {store.user === undefined &&
            (canRetry(video.error) ? (
              <Button kind="primary" onClick={() => setAsking(true)}>
                {t("again")}
              </Button>
            ) : (
              <Button kind="primary" onClick={() => navigate({ view: "home" })}>
                {t("another")}
              </Button>
            ))}
          {isAsking && (
            <LazyRetryDialog video={video} onClose={() => setAsking(false)} onQueued={(queued) => store.replace(queued)} />
          )}
        </div>
      </section>
      <VideoFacts video={video} />
    </>
  );
}
