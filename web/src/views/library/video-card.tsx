import { CircleAlert, CircleCheck, Clock, Download, LoaderCircle, RotateCcw, Trash2, Play, type IconNode } from "lucide";
import { useState } from "preact/hooks";
import type { Status } from "../../api/types";
import { canRetry } from "../../i18n/errors";
import { formatDuration } from "../../i18n/format";
import { href, navigate } from "../../router";
import { IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Menu, type MenuItem } from "../../ui/menu";
import { ProgressBar } from "../../ui/progress-bar";
import { CardFacts, Expiry } from "./card-facts";
import type { LibraryVideo } from "./merge";
import { t } from "./messages";
import { Poster } from "./poster";
import "./video-card.css";

/** The actions on the videos of the library. */
export interface CardActions {
  readonly download: (video: LibraryVideo) => Promise<void>;
  readonly retry: (video: LibraryVideo) => void;
  readonly remove: (video: LibraryVideo) => void;
  readonly showWarnings: (video: LibraryVideo) => void;
  readonly renewLinks: () => void;
}

interface CardProps {
  readonly video: LibraryVideo;
  readonly actions: CardActions;
}

const ICONS: Record<Status, IconNode> = {
  awaiting_upload: Clock,
  queued: Clock,
  processing: LoaderCircle,
  ready: CircleCheck,
  failed: CircleAlert,
};

/** One video of the library: its poster, its status, what came of it, and what can be done. */
export function VideoCard({ video, actions }: CardProps) {
  const { id, fileName, status, result } = video;
  const address = href({ view: "video", id });
  return (
    <li class="video-card" data-id={id} onKeyDown={(event) => onKey(event, video, actions)}>
      {/* the name below is the link for keyboards and screen readers */}
      <a class="video-card-poster" href={address} tabIndex={-1} aria-hidden="true">
        <Poster video={video} onExpired={actions.renewLinks} />
        {result?.source.duration !== undefined && (
          <span class="video-card-length">{formatDuration(result.source.duration)}</span>
        )}
      </a>
      <div class="video-card-head">
        <h3 class="video-card-name">
          <a class="video-card-link" href={address} title={fileName}>
            {fileName}
          </a>
        </h3>
        <QuickAction video={video} actions={actions} />
        <Menu label={t("actions", { name: fileName })} items={menuOf(video, actions)} />
      </div>
      <p class={`video-card-status video-card-status-${status}`}>
        <Icon of={ICONS[status]} size={16} />
        {statusInWords(video)}
        {/* the other lines of a failed video are its reason */}
        {status === "failed" && <Expiry video={video} />}
      </p>
      <div class="video-card-bar">
        {(status === "processing" || status === "queued") && (
          <ProgressBar
            label={t("progress", { name: fileName })}
            value={status === "queued" ? 0 : shareOf(video)}
            {...(status === "queued" && { tone: "quiet" })}
          />
        )}
      </div>
      <CardFacts video={video} onWarnings={() => actions.showWarnings(video)} />
    </li>
  );
}

/** The most likely action, without a menu. */
function QuickAction({ video, actions }: CardProps) {
  const [isBusy, setIsBusy] = useState(false);
  const { status, fileName } = video;
  if (status === "failed" && canRetry(video)) {
    return <IconButton icon={RotateCcw} label={t("retry_named", { name: fileName })} onClick={() => actions.retry(video)} />;
  }
  // a retry keeps the earlier frames
  if (status !== "ready" && !video.result) return null;
  const download = async () => {
    setIsBusy(true);
    await actions.download(video);
    setIsBusy(false);
  };
  return (
    <IconButton
      icon={Download}
      label={t("download_named", { name: fileName })}
      busy={isBusy}
      onClick={() => void download()}
    />
  );
}

function menuOf(video: LibraryVideo, actions: CardActions): MenuItem[] {
  const { id } = video;
  const items: MenuItem[] = [{ label: t("open"), icon: Play, onSelect: () => navigate({ view: "video", id }) }];
  if (video.result) {
    items.push({ label: t("download"), icon: Download, onSelect: () => void actions.download(video) });
  }
  if (canRetry(video)) {
    items.push({ label: t("retry"), icon: RotateCcw, onSelect: () => actions.retry(video) });
  }
  items.push({ label: t("delete"), icon: Trash2, danger: true, onSelect: () => actions.remove(video) });
  return items;
}

/** The menu key opens the menu, and the delete key on the link deletes. */
function onKey(event: KeyboardEvent & { currentTarget: HTMLElement }, video: LibraryVideo, actions: CardActions): void {
  const isLink = event.target instanceof HTMLElement && event.target.classList.contains("video-card-link");
  if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
    event.preventDefault();
    event.currentTarget.querySelector<HTMLElement>("[aria-haspopup]")?.click();
  } else if (event.key === "Delete" && isLink) {
    event.preventDefault();
    actions.remove(video);
  }
}

function statusInWords({ status, progress, result }: LibraryVideo): string {
  if (result && status === "queued") return t("again_queued");
  if (result && status === "failed") return t("again_failed");
  if (status !== "processing") return t(status);
  return progress ? t("extracting", { done: progress.done, total: progress.total }) : t("extracting_start");
}

function shareOf({ progress }: LibraryVideo): number | undefined {
  return progress && progress.total > 0 ? progress.done / progress.total : undefined;
}
