import { ChevronLeft, ChevronRight } from "lucide";
import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import { formatTimecode } from "../../i18n/format";
import { Button, IconButton } from "../../ui/button";
import { classes } from "../../ui/classes";
import { t } from "./messages";
import "./stage.css";
import { Thumbnail } from "./thumbnail";
import { type StageImage, useStageImage } from "./use-stage-image";
import type { Viewer } from "./viewer";

interface StageProps {
  viewer: Viewer;
  stage: RefObject<HTMLDivElement | null>;
}

/** The size of the small image that stands in while a frame is loaded; the style sheet scales it. */
const STAND_IN = 320;
/** A small frame is enlarged at most this much, because more shows only its pixels. */
const ENLARGED = 2;

/** One frame, large. While it is loaded, the storyboard's small image of it stands in. */
export function Stage({ viewer, stage }: StageProps) {
  const { shown, failed, retry } = useStageImage(viewer);
  const position = viewer.current.value;
  const zoomed = viewer.zoomed.value;
  const total = viewer.frames.length;
  const current = shown?.position === position;
  const drag = useDragScroll(stage);
  const alt = t("frameAlt", { position: position + 1, total, time: formatTimecode(viewer.frame.value.time) });

  return (
    <div class="stage">
      <div
        ref={stage}
        class={classes("stage-view", zoomed && "stage-view-zoomed")}
        tabIndex={0}
        role="group"
        aria-label={t("stage")}
        onDblClick={() => (viewer.zoomed.value = !zoomed)}
        {...(zoomed ? drag : {})}
      >
        {shown && (
          <img
            class={classes("stage-image", !current && "stage-image-old")}
            src={shown.url}
            alt={alt}
            draggable={false}
            style={zoomed ? {} : largest(shown)}
          />
        )}
        {!current && !failed && (
          <div class="stage-stand-in" style={{ aspectRatio: `${viewer.aspect}`, ...largest(shown) }}>
            <Thumbnail
              viewer={viewer}
              position={position}
              width={STAND_IN}
              height={Math.round(STAND_IN / viewer.aspect)}
              load={viewer.thumbnails.fromStoryboard && viewer.direction !== 0}
              fluid
            />
          </div>
        )}
        {failed && (
          <div class="stage-failed" role="alert">
            <p>{t("frameFailed")}</p>
            <Button onClick={retry}>{t("tryAgain")}</Button>
          </div>
        )}
      </div>
      <div class="stage-step stage-step-back">
        <IconButton
          icon={ChevronLeft}
          label={t("previous")}
          aria-disabled={position === 0}
          onClick={() => viewer.moveBy(-1)}
        />
      </div>
      <div class="stage-step stage-step-on">
        <IconButton
          icon={ChevronRight}
          label={t("next")}
          aria-disabled={position === total - 1}
          onClick={() => viewer.moveBy(1)}
        />
      </div>
    </div>
  );
}

/** Returns the limits of a frame's size, or none while the size is unknown. */
function largest(shown: StageImage | undefined): { maxWidth?: string; maxHeight?: string } {
  if (!shown || shown.width === 0) return {};
  return { maxWidth: `min(100%, ${ENLARGED * shown.width}px)`, maxHeight: `${ENLARGED * shown.height}px` };
}

/** Moves a zoomed frame with the mouse. Fingers scroll it by themselves. */
function useDragScroll(stage: RefObject<HTMLDivElement | null>) {
  const held = useRef<{ x: number; y: number } | undefined>(undefined);
  return {
    onPointerDown(event: PointerEvent) {
      if (event.pointerType !== "mouse" || event.button !== 0) return;
      held.current = { x: event.clientX, y: event.clientY };
      stage.current?.setPointerCapture(event.pointerId);
    },
    onPointerMove(event: PointerEvent) {
      if (!held.current || !stage.current) return;
      stage.current.scrollBy(held.current.x - event.clientX, held.current.y - event.clientY);
      held.current = { x: event.clientX, y: event.clientY };
    },
    onPointerUp() {
      held.current = undefined;
    },
    onPointerCancel() {
      held.current = undefined;
    },
  };
}
