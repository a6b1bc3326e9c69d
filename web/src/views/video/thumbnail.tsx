import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { pause } from "../../pause";
import "./thumbnail.css";
import type { Picture } from "./thumbnails";
import type { Viewer } from "./viewer";

interface ThumbnailProps {
  viewer: Viewer;
  /** The frame's position. */
  position: number;
  /** In CSS pixels. */
  width: number;
  height: number;
  /** Whether the image may be loaded; otherwise it is only drawn if it is in memory. */
  load: boolean;
  /** Whether the style sheet says how large it is shown. */
  fluid?: boolean;
}

/** Frames that are scrolled past within this time are not loaded, in milliseconds. */
const SETTLE = 90;
const MOST_PIXELS = 2;

/** A frame in small. It is drawn into a canvas, so that no image is kept at its full size. */
export function Thumbnail({ viewer, position, width, height, load, fluid = false }: ThumbnailProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [failed, setFailed] = useState(false);
  const reconnected = viewer.reconnected.value;

  useLayoutEffect(() => {
    const element = canvas.current;
    if (!element) return;
    setFailed(false);
    const held = viewer.thumbnails.peek(position);
    if (held) {
      draw(element, held, width, height);
      return;
    }
    clear(element);
    if (!load) return;
    const stop = new AbortController();
    const show = async () => {
      await pause(SETTLE, stop.signal);
      draw(element, await viewer.thumbnails.load(position, width * density(), stop.signal), width, height);
    };
    show().catch((error: unknown) => {
      if (stop.signal.aborted) return;
      viewer.report(error);
      setFailed(true);
    });
    return () => stop.abort();
  }, [viewer, position, width, height, load, reconnected]);

  return (
    <canvas
      ref={canvas}
      class={failed ? "thumbnail thumbnail-failed" : "thumbnail"}
      style={fluid ? {} : { width: `${width}px`, height: `${height}px` }}
      aria-hidden="true"
    />
  );
}

function density(): number {
  return Math.min(devicePixelRatio, MOST_PIXELS);
}

function clear(canvas: HTMLCanvasElement): void {
  // an empty canvas is the only one that takes no memory
  canvas.width = 0;
}

function draw(canvas: HTMLCanvasElement, picture: Picture, width: number, height: number): void {
  canvas.width = Math.round(width * density());
  canvas.height = Math.round(height * density());
  const context = canvas.getContext("2d");
  if (!context) return;
  context.imageSmoothingQuality = "high";
  // frames of another shape than the first one are shown whole
  const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height);
  // a pixel of difference comes from rounding, and must not show as a line
  const w = Math.abs(picture.width * scale - canvas.width) <= 2 ? canvas.width : picture.width * scale;
  const h = Math.abs(picture.height * scale - canvas.height) <= 2 ? canvas.height : picture.height * scale;
  const { image, x, y } = picture;
  context.drawImage(image, x, y, picture.width, picture.height, (canvas.width - w) / 2, (canvas.height - h) / 2, w, h);
}
