import { useMemo } from "preact/hooks";
import "./filmstrip.css";
import { Thumbnail } from "./thumbnail";
import { nearestFrame, timeAt } from "./time-axis";
import type { Viewer } from "./viewer";

interface FilmstripProps {
  viewer: Viewer;
  width: number;
  /** Whether the user has used the timeline. */
  used: boolean;
}

const HEIGHT = 44;
/** A filmstrip that needs no more bytes than this is loaded before the user touches the timeline. */
const SMALL = 600_000;

/** A strip of small frames along the timeline. */
export function Filmstrip({ viewer, width, used }: FilmstripProps) {
  const slots = useMemo(() => {
    const count = Math.max(1, Math.round(width / Math.max(HEIGHT * viewer.aspect, 16)));
    return Array.from({ length: count }, (_, slot) =>
      nearestFrame(viewer.frames, timeAt(viewer.axis, (slot + 0.5) / count)),
    );
  }, [viewer, width]);
  const cost = useMemo(() => costOf(viewer, slots), [viewer, slots]);
  const load = cost <= SMALL || (used && viewer.thumbnails.fromStoryboard);
  const slotWidth = width / slots.length;
  return (
    <div class="filmstrip" aria-hidden="true">
      {slots.map((position, slot) => (
        <Thumbnail key={slot} viewer={viewer} position={position} width={slotWidth} height={HEIGHT} load={load} />
      ))}
    </div>
  );
}

function costOf(viewer: Viewer, positions: readonly number[]): number {
  if (viewer.thumbnails.fromStoryboard) return viewer.storyboardBytes();
  return positions.reduce((sum, position) => sum + (viewer.frames[position]?.bytes ?? 0), 0);
}
