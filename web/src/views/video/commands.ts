import type { RefObject } from "preact";
import { formatTimecode } from "../../i18n/format";
import { navigate } from "../../router";
import { toast } from "../../ui/toast";
import { cellAt } from "./frame-cell";
import type { Command } from "./keys";
import { t } from "./messages";
import type { Viewer } from "./viewer";

/** The functions that keys and buttons call. */
export interface Commands {
  run(this: void, command: Command): void;
  /** Shows a frame on the stage and moves the focus there. */
  openOnStage(this: void, position: number): void;
}

interface CommandTargets {
  viewer: Viewer;
  stage: RefObject<HTMLElement | null>;
  /** Saves the selected frames, or the one on the stage. */
  download: () => void;
  showKeys: () => void;
}

/** Makes what runs the commands of keys and buttons. */
export function commands({ viewer, stage, download, showKeys }: CommandTargets): Commands {
  const showStage = () => {
    stage.current?.focus({ preventScroll: true });
    stage.current?.scrollIntoView({ block: "nearest" });
  };
  const showGrid = () => {
    const cell = cellAt(viewer.current.peek());
    cell?.focus({ preventScroll: true });
    cell?.scrollIntoView({ block: "center" });
  };
  const openOnStage = (position: number) => {
    viewer.moveTo(position);
    showStage();
  };
  const goBack = () => {
    if (viewer.zoomed.peek()) viewer.zoomed.value = false;
    else if (viewer.selection.peek().positions.size > 0) viewer.selectNone();
    else if (viewer.place.peek() === "grid") showStage();
    else navigate({ view: "home" });
  };

  const run = (command: Command): void => {
    const current = viewer.current.peek();
    switch (command.do) {
      case "move":
        return viewer.moveBy(command.by);
      case "row":
        return viewer.moveBy(command.by * viewer.columns);
      case "first":
        return viewer.moveTo(0);
      case "last":
        return viewer.moveTo(viewer.frames.length - 1);
      case "select":
        return viewer.toggle(current);
      case "selectRange":
        return viewer.extendTo(current);
      case "selectAll":
        return viewer.selectAll();
      case "switchPlace":
        return viewer.place.peek() === "grid" ? showStage() : showGrid();
      case "download":
        return download();
      case "copyTime":
        return void copyTime(viewer);
      case "zoom":
        viewer.zoomed.value = !viewer.zoomed.peek();
        return;
      case "back":
        return goBack();
      case "showKeys":
        return showKeys();
    }
  };
  return { run, openOnStage };
}

async function copyTime(viewer: Viewer): Promise<void> {
  const time = formatTimecode(viewer.frame.peek().time);
  try {
    await navigator.clipboard.writeText(time);
    toast(t("copied", { time }));
  } catch {
    toast(t("notCopied"));
  }
}
