import { Upload } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { navigate } from "../../router";
import { Icon } from "../../ui/icon";
import { take } from "./drop-zone";
import { filesOfTransfer } from "./found-files";
import { t } from "./messages";
import "./page-drop.css";

/**
 * Takes files that are dropped anywhere on the page, or pasted, and shows that it would while they are dragged. Then it
 * goes to the start page, which has what was taken.
 */
export default function PageDrop() {
  const [isOver, setIsOver] = useState(false);

  useEffect(() => {
    const over = new AbortController();
    const listen = <K extends keyof WindowEventMap>(type: K, listener: (event: WindowEventMap[K]) => void) =>
      window.addEventListener(type, listener, { signal: over.signal });
    const accept = (event: DragEvent) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      setIsOver(true);
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
      void takeHome(event.dataTransfer);
    });
    listen("paste", (event) => {
      if (!event.clipboardData || event.clipboardData.files.length === 0) return;
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
  await take(filesOfTransfer(transfer));
  navigate({ view: "home" });
}

function hasFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes("Files") ?? false;
}
