import { useRef, useState } from "preact/hooks";
import type { Warning } from "../../api/types";
import { formatTimecode } from "../../i18n/format";
import { Filmstrip } from "./filmstrip";
import { t } from "./messages";
import { nearestFrame, shareOf, timeAt } from "./time-axis";
import { TimelineMarks } from "./timeline-marks";
import { TimelinePreview } from "./timeline-preview";
import "./timeline.css";
import { useWidth } from "./use-width";
import type { Viewer } from "./viewer";

interface TimelineProps {
  viewer: Viewer;
  warnings: readonly Warning[];
}

/** Shows where the frames are in the video. Hovering previews a frame, dragging moves the stage. */
export function Timeline({ viewer, warnings }: TimelineProps) {
  const track = useRef<HTMLDivElement>(null);
  const width = useWidth(track);
  const [hover, setHover] = useState<number>();
  const [used, setUsed] = useState(false);
  const dragging = useRef(false);
  const position = viewer.current.value;
  const total = viewer.frames.length;
  const time = formatTimecode(viewer.frame.value.time);
  const head = shareOf(viewer.axis, viewer.frame.value.time) * width;

  const shareAt = (event: PointerEvent) => {
    const box = track.current?.getBoundingClientRect();
    return box ? Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) : 0;
  };
  const moveTo = (share: number) => viewer.moveTo(nearestFrame(viewer.frames, timeAt(viewer.axis, share)));

  return (
    <div
      class="timeline"
      role="slider"
      tabIndex={0}
      aria-label={t("timeline")}
      aria-valuemin={1}
      aria-valuemax={total}
      aria-valuenow={position + 1}
      aria-valuetext={`${time} · ${t("position", { position: position + 1, total })}`}
      onFocus={() => setUsed(true)}
      onKeyDown={(event) => {
        // ← and → are keys of the whole view
        const by = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        viewer.moveBy(by);
      }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        dragging.current = true;
        setUsed(true);
        moveTo(shareAt(event));
      }}
      onPointerMove={(event) => {
        const share = shareAt(event);
        if (event.pointerType === "mouse" || dragging.current) setHover(share);
        if (dragging.current) moveTo(share);
      }}
      onPointerUp={(event) => {
        dragging.current = false;
        if (event.pointerType !== "mouse") setHover(undefined);
      }}
      onPointerCancel={() => {
        dragging.current = false;
        setHover(undefined);
      }}
      onPointerEnter={(event) => event.pointerType === "mouse" && setUsed(true)}
      onPointerLeave={() => setHover(undefined)}
    >
      <div class="timeline-track" ref={track}>
        {width > 0 && <Filmstrip viewer={viewer} width={width} used={used} />}
        {width > 0 && <TimelineMarks viewer={viewer} width={width} warnings={warnings} />}
        <span class="timeline-head" style={{ translate: `${head}px` }} />
      </div>
      {hover !== undefined && <TimelinePreview viewer={viewer} share={hover} width={width} warnings={warnings} />}
      <p class="timeline-ends numeric" aria-hidden="true">
        <span>{formatTimecode(viewer.axis.from)}</span>
        <span>{formatTimecode(viewer.axis.to)}</span>
      </p>
    </div>
  );
}
