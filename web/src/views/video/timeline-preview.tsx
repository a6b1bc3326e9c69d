import type { Warning } from "../../api/types";
import { formatTimecode } from "../../i18n/format";
import { t } from "./messages";
import { Thumbnail } from "./thumbnail";
import { nearestFrame, shareOf, timeAt } from "./time-axis";
import "./timeline-preview.css";
import type { Viewer } from "./viewer";

interface PreviewProps {
  viewer: Viewer;
  /** The position of the pointer on the timeline, from 0 to 1. */
  share: number;
  /** The timeline's width. */
  width: number;
  warnings: readonly Warning[];
}

const WIDTH = 176;
/** A frame of at most this size is loaded for the preview although there is no storyboard. */
const SMALL = 100_000;
/** A pointer this near to a mark shows its warning, in CSS pixels. */
const NEAR = 6;

/** The frame under the pointer in small, its time, and a warning that is marked there. */
export function TimelinePreview({ viewer, share, width, warnings }: PreviewProps) {
  const position = nearestFrame(viewer.frames, timeAt(viewer.axis, share));
  const frame = viewer.frames[position];
  if (!frame) return null;
  const near = warnings.filter(
    ({ time }) => time !== undefined && Math.abs(shareOf(viewer.axis, time) - share) * width <= NEAR,
  );
  const left = Math.min(Math.max(share * width - WIDTH / 2, 0), Math.max(0, width - WIDTH));
  const { thumbnails, images } = viewer;
  const load = thumbnails.fromStoryboard || frame.bytes <= SMALL || images.peek(frame) !== undefined;
  const height = Math.min(Math.round(WIDTH / viewer.aspect), WIDTH);
  return (
    <div class="timeline-preview" aria-hidden="true" style={{ width: `${WIDTH}px`, transform: `translateX(${left}px)` }}>
      {load && <Thumbnail viewer={viewer} position={position} width={WIDTH} height={height} load />}
      <p class="timeline-preview-time numeric">{formatTimecode(frame.time)}</p>
      {near.slice(0, 2).map(({ time = 0, message }) => (
        <p key={message} class="timeline-preview-warning">
          {t("warningAt", { time: formatTimecode(time), message })}
        </p>
      ))}
    </div>
  );
}
