import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { VideoView } from "../../api/types";
import { Button } from "../../ui/button";
import { commands } from "./commands";
import { FrameGrid } from "./frame-grid";
import { KeysDialog } from "./keys-dialog";
import { t } from "./messages";
import { Readout } from "./readout";
import { Saving } from "./saving";
import { SelectionBar } from "./selection-bar";
import { Stage } from "./stage";
import { Timeline } from "./timeline";
import { useKeys } from "./use-keys";
import { VideoFacts } from "./video-facts";
import type { Viewer } from "./viewer";
import "./viewer-screen.css";
import { WarningList } from "./warning-list";

/** The frames of a video: one large, the timeline, and all in a grid. */
export function ViewerScreen({ viewer, video }: { viewer: Viewer; video: VideoView }) {
  const root = useRef<HTMLDivElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const saving = useMemo(() => new Saving(), []);
  // nothing would show or cancel it any more
  useEffect(() => () => saving.cancel(), [saving]);
  const [keysShown, setKeysShown] = useState(false);
  const { fileName, warnings = [] } = video;

  // the cells of the grid are not rendered again as long as this stays the same
  const { run, openOnStage } = useMemo(
    () =>
      commands({
        viewer,
        stage,
        download: () => void saving.start(viewer, viewer.chosen(), fileName),
        showKeys: () => setKeysShown(true),
      }),
    [viewer, saving, fileName],
  );
  useKeys(root, viewer, run);

  return (
    <div class="viewer-screen" ref={root}>
      <div class="viewer-screen-top">
        <div class="video-page-dark darkroom">
          <Stage viewer={viewer} stage={stage} />
          <Readout viewer={viewer} run={run} onDownload={() => void saving.start(viewer, [viewer.frame.peek()], fileName)} />
          <Timeline viewer={viewer} warnings={warnings} />
        </div>
        <VideoFacts video={video}>
          <WarningList viewer={viewer} warnings={warnings} />
        </VideoFacts>
      </div>
      <section>
        <div class="viewer-screen-frames">
          <h2>{t("frameCount", { count: viewer.frames.length })}</h2>
          <Button kind="quiet" class="button-flush" onClick={() => viewer.selectAll()}>
            {t("selectAll")}
          </Button>
        </div>
        <FrameGrid viewer={viewer} onOpen={openOnStage} />
      </section>
      <SelectionBar viewer={viewer} saving={saving} onDownload={() => run({ do: "download" })} />
      {keysShown && <KeysDialog onClose={() => setKeysShown(false)} />}
    </div>
  );
}
