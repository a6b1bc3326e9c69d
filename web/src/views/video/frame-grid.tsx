import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { FrameCell } from "./frame-cell";
import "./frame-grid.css";
import { cellPlace, layoutGrid } from "./grid-layout";
import { t } from "./messages";
import { useCellWindow } from "./use-cell-window";
import { useWidth } from "./use-width";
import type { Viewer } from "./viewer";

interface FrameGridProps {
  viewer: Viewer;
  /** Shows a frame on the stage. */
  onOpen: (position: number) => void;
}

/** All frames in small. Only the cells near the screen exist, and the current one, which holds the focus. */
export function FrameGrid({ viewer, onOpen }: FrameGridProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const count = viewer.frames.length;
  const layout = useMemo(() => layoutGrid(width || 320, count, viewer.aspect), [width, count, viewer]);
  useLayoutEffect(() => {
    viewer.columns = layout.columns;
  }, [viewer, layout]);
  const { visible, mounted } = useCellWindow(box, layout, count).value;
  const current = viewer.current.value;

  const positions = Array.from({ length: mounted.end - mounted.first }, (_, index) => mounted.first + index);
  if (current < mounted.first) positions.unshift(current);
  else if (current >= mounted.end) positions.push(current);

  return (
    <div
      ref={box}
      class="frame-grid"
      role="listbox"
      aria-multiselectable="true"
      aria-label={t("gridLabel", { count })}
      style={{ height: `${layout.height}px` }}
    >
      {width > 0 &&
        positions.map((position) => {
          const { x, y } = cellPlace(layout, position);
          return (
            <FrameCell
              key={position}
              viewer={viewer}
              position={position}
              x={x}
              y={y}
              width={layout.cellWidth}
              imageHeight={layout.imageHeight}
              height={layout.cellHeight}
              load={position >= visible.first && position < visible.end}
              onOpen={onOpen}
            />
          );
        })}
    </div>
  );
}
