import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Warning } from "../../api/types";
import { shareOf } from "./time-axis";
import "./timeline-marks.css";
import type { Viewer } from "./viewer";

interface MarksProps {
  viewer: Viewer;
  width: number;
  warnings: readonly Warning[];
}

const HEIGHT = 8;

/** A line for each frame, and a mark for each warning that has a time. */
export function TimelineMarks({ viewer, width, warnings }: MarksProps) {
  const timed = warnings.filter((warning) => warning.time !== undefined);
  return (
    <>
      <Ticks viewer={viewer} width={width} />
      {timed.map((warning, index) => (
        <span
          key={index}
          class="timeline-warning"
          style={{ translate: `${shareOf(viewer.axis, warning.time ?? 0) * width}px` }}
        />
      ))}
    </>
  );
}

/** One canvas draws the ticks, because there may be 50,000. */
function Ticks({ viewer, width }: Omit<MarksProps, "warnings">) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const selection = viewer.selection.value;
  const columns = useMemo(() => {
    const all = new Set<number>();
    for (const frame of viewer.frames) all.add(Math.round(shareOf(viewer.axis, frame.time) * (width - 1)));
    return all;
  }, [viewer, width]);

  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context) return;
    element.width = Math.round(width * devicePixelRatio);
    element.height = HEIGHT * devicePixelRatio;
    context.scale(devicePixelRatio, devicePixelRatio);
    const style = getComputedStyle(element);
    context.fillStyle = style.color;
    for (const x of columns) context.fillRect(x, 2, 1, HEIGHT - 2);
    context.fillStyle = style.outlineColor;
    for (const position of selection.positions) {
      const time = viewer.frames[position]?.time ?? 0;
      context.fillRect(Math.round(shareOf(viewer.axis, time) * (width - 1)) - 1, 0, 3, HEIGHT);
    }
  }, [viewer, width, columns, selection]);

  const style = { width: `${width}px`, height: `${HEIGHT}px` };
  return <canvas ref={canvas} class="timeline-ticks" style={style} aria-hidden="true" />;
}
