/** The geometry of a grid of equal cells, in CSS pixels. */
export interface GridLayout {
  readonly columns: number;
  readonly rows: number;
  readonly cellWidth: number;
  /** The image and the line with its time. */
  readonly cellHeight: number;
  readonly imageHeight: number;
  readonly gap: number;
  readonly height: number;
}

/** The positions of the cells in some rows, from `first` to before `end`. */
export interface CellRange {
  readonly first: number;
  readonly end: number;
}

const CAPTION = 28;
const WIDE = 16 / 9;

/** Computes the cells of a grid. `aspect` is the images' width by their height. */
export function layoutGrid(width: number, count: number, aspect: number): GridLayout {
  const gap = width < 600 ? 4 : 12;
  // upright images get narrower cells, so that a screen shows about as many of them
  const base = width < 600 ? 150 : width < 1600 ? 200 : 260;
  const wanted = base * Math.sqrt(Math.min(Math.max(aspect / WIDE, 0.25), 2));
  const columns = Math.max(2, Math.floor((width + gap) / (wanted + gap)));
  const cellWidth = Math.max(1, (width - gap * (columns - 1)) / columns);
  const imageHeight = Math.round(cellWidth / aspect);
  const cellHeight = imageHeight + CAPTION;
  const rows = Math.ceil(count / columns);
  return { columns, rows, cellWidth, cellHeight, imageHeight, gap, height: rows * (cellHeight + gap) - gap };
}

/** Returns the left top corner of a cell. */
export function cellPlace(layout: GridLayout, position: number): { x: number; y: number } {
  const row = Math.floor(position / layout.columns);
  return {
    x: (position % layout.columns) * (layout.cellWidth + layout.gap),
    y: row * (layout.cellHeight + layout.gap),
  };
}

/** Returns the cells in the rows that are at least partly between two heights, and in `extra` rows around them. */
export function cellsBetween(
  layout: GridLayout,
  count: number,
  { top, bottom, extra = 0 }: { top: number; bottom: number; extra?: number },
): CellRange {
  if (bottom <= 0 || top >= layout.height) return { first: 0, end: 0 };
  const rowHeight = layout.cellHeight + layout.gap;
  const firstRow = Math.max(0, Math.floor(top / rowHeight) - extra);
  const endRow = Math.min(layout.rows, Math.ceil(bottom / rowHeight) + extra);
  return { first: firstRow * layout.columns, end: Math.min(count, endRow * layout.columns) };
}
