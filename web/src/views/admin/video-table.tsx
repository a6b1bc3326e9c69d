import { Trash2 } from "lucide";
import type { VideoView } from "../../api/types";
import { failureText } from "../../i18n/errors";
import { formatBytes, formatDate, formatNumber, formatRelative } from "../../i18n/format";
import { href } from "../../router";
import { IconButton } from "../../ui/button";
import { Skeleton } from "../../ui/skeleton";
import { t } from "./messages";
import { isOwn, ownerName } from "./owner-name";
import "./video-table.css";

interface VideoTableProps {
  /** `undefined` while they are being loaded. */
  videos: readonly VideoView[] | undefined;
  caption: string;
  onOwner: (user: string) => void;
  onDelete: (video: VideoView) => void;
}

/** Videos of several owners in rows. */
export function VideoTable({ videos, caption, onOwner, onDelete }: VideoTableProps) {
  return (
    // a wide table scrolls by itself, also by keyboard
    <div class="video-table-scroll" tabIndex={0} role="region" aria-label={caption}>
      <table class="video-table" aria-busy={videos === undefined}>
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{t("name")}</th>
            <th scope="col">{t("owner")}</th>
            <th scope="col">{t("status")}</th>
            <th scope="col" class="video-table-number">
              {t("frames")}
            </th>
            <th scope="col" class="video-table-number">
              {t("size")}
            </th>
            <th scope="col">{t("created")}</th>
            <th scope="col">
              <span class="visually-hidden">{t("actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {videos
            ? videos.map((video) => <Row key={video.id} video={video} onOwner={onOwner} onDelete={onDelete} />)
            : Array.from({ length: 8 }, (_, index) => <WaitingRow key={index} />)}
        </tbody>
      </table>
    </div>
  );
}

function Row({ video, onOwner, onDelete }: { video: VideoView } & Pick<VideoTableProps, "onOwner" | "onDelete">) {
  const { id, owner, fileName, status, result, error, bytes, createdAt } = video;
  const user = ownerName(owner);
  return (
    <tr>
      <th scope="row" class="video-table-name">
        <a href={href({ view: "video", id, user: owner })}>{fileName}</a>
      </th>
      <td>
        <button
          type="button"
          class="video-table-owner"
          title={owner}
          aria-label={isOwn(owner) ? t("usage_own") : t("usage_of", { user })}
          onClick={() => onOwner(owner)}
        >
          {user}
        </button>
      </td>
      <td class={`video-table-status video-table-${status}`} title={error && failureText(error).reason}>
        {t(status)}
        {error && <span class="visually-hidden">: {failureText(error).reason}</span>}
      </td>
      <td class="video-table-number">{result ? formatNumber(result.frames) : "–"}</td>
      <td class="video-table-number">{formatBytes(bytes)}</td>
      <td class="video-table-created">
        <time dateTime={createdAt} title={formatDate(createdAt)}>
          {formatRelative(createdAt)}
        </time>
      </td>
      <td>
        <IconButton icon={Trash2} label={t("delete_video", { name: fileName })} onClick={() => onDelete(video)} />
      </td>
    </tr>
  );
}

function WaitingRow() {
  return (
    <tr>
      <td colSpan={7} class="video-table-waiting">
        <Skeleton height="16px" />
      </td>
    </tr>
  );
}
