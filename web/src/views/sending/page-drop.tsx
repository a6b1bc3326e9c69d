import { Upload } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { navigate, route } from "../../router";
import { Icon } from "../../ui/icon";
import { isDialogOpen, isTextField } from "../../ui/page-state";
import { take } from "./drop-zone";
import { filesOfTransfer } from "./found-files";
import { t } from "./messages";
import "./page-drop.css";

/**
 * Takes files that are dropped anywhere on the page, or pasted, and shows that it would while they are dragged. Then it
 * goes to the start page, which lists them. Under a dialog it takes nothing: the dialog would be lost.
 */
export default function PageDrop() {
  const [isOver, setIsOver] = useState(false);

  useEffect(() => {
    const over = new AbortController();
    const listen = <K extends keyof WindowEventMap>(type: K, listener: (event: WindowEventMap[K]) => void) =>
      window.addEventListener(type, listener, { signal: over.signal });
    const accept = (event: DragEvent) => {
      if (!event.dataTransfer || !hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      if (isDialogOpen()) event.dataTransfer.dropEffect = "none";
      else setIsOver(true);
    };
    listen("dragenter", accept);
    listen("dragover", accept);
    listen("dragleave", (event) => {
      // only leaving the window has no element to go to
      if (event.relatedTarget === null) setIsOver(false);
    });
    listen("drop", (event) => {
      setIsOver(false);
      if (!event.dataTransfer || !hasFiles(event.dataTransfer)) return;
      // else the browser would leave the page to show the file
      event.preventDefault();
      if (!isDialogOpen()) void takeHome(event.dataTransfer);
    });
    listen("paste", (event) => {
      if (!event.clipboardData || event.clipboardData.files.length === 0 || isDialogOpen()) return;
      // a cell of a spreadsheet is a picture and a text
      if (isTextField(event.target) && event.clipboardData.types.includes("text/plain")) return;
      event.preventDefault();
      void takeHome(event.clipboardData);
    });
    return () => over.abort();
  }, []);

  return (
    <div class="page-drop" hidden={!isOver} aria-hidden="true">
      <div class="page-drop-frame">
        <Icon of={Upload} size={40} />
        {t("drop_now")}
      </div>
    </div>
  );
}

async function takeHome(transfer: DataTransfer): Promise<void> {
  const from = route.peek();
  const isTaken = await take(filesOfTransfer(transfer));
  // a large folder takes a while, and the user may have gone elsewhere
  if (isTaken && from.view !== "home" && route.peek() === from && !isDialogOpen()) navigate({ view: "home" });
}

function hasFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes("Files") ?? false;
}
