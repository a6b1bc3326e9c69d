import { useComputed } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { formatTimecode } from "../../i18n/format";
import { classes } from "../../ui/classes";
import "./frame-cell.css";
import { t } from "./messages";
import { Thumbnail } from "./thumbnail";
import type { Viewer } from "./viewer";

interface FrameCellProps {
  viewer: Viewer;
  position: number;
  x: number;
  y: number;
  width: number;
  height: number;
  imageHeight: number;
  load: boolean;
  onOpen: (position: number) => void;
}

/** A frame in the grid. */
export function FrameCell({ viewer, position, x, y, width, height, imageHeight, load, onOpen }: FrameCellProps) {
  const cell = useRef<HTMLDivElement>(null);
  const frame = viewer.frames[position];
  // the cell is rendered only when its own state changes; its key is the position
  const isCurrent = useComputed(() => viewer.current.value === position).value;
  const isSelected = useComputed(() => viewer.selection.value.positions.has(position)).value;

  useLayoutEffect(() => {
    if (!isCurrent || viewer.place.peek() !== "grid") return;
    // a cell that was pressed has the focus already, and must not move under the pointer
    if (document.activeElement === cell.current) return;
    cell.current?.focus({ preventScroll: true });
    cell.current?.scrollIntoView({ block: "nearest" });
  }, [isCurrent, viewer]);

  if (!frame) return null;
  const time = formatTimecode(frame.time);

  const press = (event: MouseEvent) => {
    const onCheck = event.target instanceof Element && event.target.closest(".frame-cell-check") !== null;
    viewer.moveTo(position);
    if (event.shiftKey) viewer.extendTo(position);
    else if (onCheck || event.ctrlKey || event.metaKey || viewer.selection.peek().positions.size > 0) viewer.toggle(position);
    else onOpen(position);
  };

  return (
    <div
      ref={cell}
      id={cellId(position)}
      class={classes("frame-cell", isSelected && "frame-cell-selected", isCurrent && "frame-cell-current")}
      role="option"
      tabIndex={isCurrent ? 0 : -1}
      aria-selected={isSelected}
      aria-setsize={viewer.frames.length}
      aria-posinset={position + 1}
      aria-label={t("cell", { number: frame.index, time })}
      style={{ width: `${width}px`, height: `${height}px`, transform: `translate(${x}px, ${y}px)` }}
      onClick={press}
      onFocus={() => viewer.moveTo(position)}
      onMouseDown={(event) => {
        // a range is selected, not the text in it
        if (event.shiftKey) event.preventDefault();
      }}
    >
      <span class="frame-cell-image">
        <Thumbnail viewer={viewer} position={position} width={width} height={imageHeight} load={load} />
      </span>
      <span class="frame-cell-check" aria-hidden="true" />
      <span class="frame-cell-time numeric">{time}</span>
    </div>
  );
}

/** Returns the element that shows a frame in the grid, if it exists. That of the current frame does, wherever the grid is scrolled to. */
export function cellAt(position: number): HTMLElement | null {
  return document.getElementById(cellId(position));
}

function cellId(position: number): string {
  return `frame-${position}`;
}
