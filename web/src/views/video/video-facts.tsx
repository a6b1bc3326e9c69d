import type { ComponentChildren } from "preact";
import type { VideoView } from "../../api/types";
import { formatBytes, formatDate, formatDuration, formatNumber, formatRelative } from "../../i18n/format";
import { t } from "./messages";
import { optionWords } from "./option-words";
import "./video-facts.css";

/** The facts about a video. It is open where there is room next to the stage. */
export function VideoFacts({ video, children }: { video: VideoView; children?: ComponentChildren }) {
  const { result, download } = video;
  const source = result?.source;
  const rate = source?.frameRate;
  const expires = video.expiresAt;
  const picture = source && { width: String(source.width), height: String(source.height) };
  return (
    <details class="video-facts" open={matchMedia("(width >= 1100px)").matches}>
      <summary class="video-facts-title">{t("about")}</summary>
      {children}
      <dl class="video-facts-list">
        {source?.duration !== undefined && <Fact name={t("factLength")}>{formatDuration(source.duration)}</Fact>}
        {picture && (
          <Fact name={t("factPicture")}>
            {rate ? t("factPictureValue", { ...picture, rate: formatNumber(rate) }) : t("factPictureNoRate", picture)}
          </Fact>
        )}
        {source && <Fact name={t("factCodec")}>{source.codec}</Fact>}
        <Fact name={t("factFile")}>{formatBytes(video.bytes)}</Fact>
        {result && <Fact name={t("factFrames")}>{formatNumber(result.frames)}</Fact>}
        {result && <Fact name={t("factZip")}>{formatBytes(result.bytes)}</Fact>}
        <Fact name={t("factOptions")}>{optionWords(video.extraction).join(" · ")}</Fact>
        <Fact name={t("factCreated")}>
          <time dateTime={video.createdAt}>{formatDate(video.createdAt)}</time>
        </Fact>
        <Fact name={t("factExpires")}>
          <time dateTime={expires} title={formatDate(expires)}>
            {formatRelative(expires)}
          </time>
        </Fact>
        {download && <Fact name={t("factLink")}>{t("factLinkValue", { time: formatDate(download.expiresAt) })}</Fact>}
      </dl>
    </details>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="video-facts-fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
