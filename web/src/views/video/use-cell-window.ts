import { type ReadonlySignal, signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect, useMemo } from "preact/hooks";
import { cellsBetween, type CellRange, type GridLayout } from "./grid-layout";

/** The cells that are on the screen, and those that exist. */
export interface CellWindow {
  readonly visible: CellRange;
  readonly mounted: CellRange;
}

const EXTRA_ROWS = 2;
const NONE: CellWindow = { visible: { first: 0, end: 0 }, mounted: { first: 0, end: 0 } };

/** Follows the page's scrolling. The result changes only when a row comes or goes. */
export function useCellWindow(
  grid: RefObject<HTMLElement | null>,
  layout: GridLayout,
  count: number,
): ReadonlySignal<CellWindow> {
  const cells = useMemo(() => signal(NONE), []);
  useLayoutEffect(() => {
    let planned = 0;
    const measure = () => {
      planned = 0;
      const box = grid.current?.getBoundingClientRect();
      if (!box) return;
      const area = { top: -box.top, bottom: innerHeight - box.top };
      const visible = cellsBetween(layout, count, area);
      const mounted = cellsBetween(layout, count, { ...area, extra: EXTRA_ROWS });
      const now = cells.peek();
      if (!isSame(now.visible, visible) || !isSame(now.mounted, mounted)) cells.value = { visible, mounted };
    };
    const plan = () => {
      planned ||= requestAnimationFrame(measure);
    };
    measure();
    addEventListener("scroll", plan, { passive: true });
    addEventListener("resize", plan);
    // the parts above the grid may grow
    const observer = new ResizeObserver(plan);
    observer.observe(document.body);
    return () => {
      cancelAnimationFrame(planned);
      removeEventListener("scroll", plan);
      removeEventListener("resize", plan);
      observer.disconnect();
    };
  }, [grid, layout, count, cells]);
  return cells;
}

function isSame(one: CellRange, other: CellRange): boolean {
  return one.first === other.first && one.end === other.end;
}
