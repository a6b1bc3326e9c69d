import { FolderOpen, Upload } from "lucide";
import { useRef } from "preact/hooks";
import { userId } from "../../auth/user-id";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { toast } from "../../ui/toast";
import "./drop-zone.css";
import { ACCEPT } from "./file-kinds";
import { filesOfInput, type Found, NOTHING } from "./found-files";
import { t } from "./messages";
import { pickFiles, pickFolder } from "./pick-files";
import { choose } from "./sending-store";

/** Adds what was found to the chosen files, and says so. Returns whether anything was found for the same user. */
export async function take(finding: Promise<Found>): Promise<boolean> {
  const user = userId.peek();
  try {
    const found = await finding;
    const { files, otherFiles } = found;
    if (userId.peek() !== user || found === NOTHING) return false;
    if (files.length === 0 && otherFiles.length === 0) {
      toast(t("nothing_found"));
      return false;
    }
    announce(files.length > 0 ? t("chosen", { count: files.length }) : t("nothing_found"));
    choose(found);
    return true;
  } catch {
    toast(t("unreadable_drop"));
    return false;
  }
}

/** The place to begin: a button that also takes drops. Large in an empty library, a slim bar otherwise. */
export function DropZone({ size }: { readonly size: "large" | "bar" }) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);

  const pick = async (picking: Promise<Found | "unsupported">, input: HTMLInputElement | null) => {
    const found = await picking.catch(() => "unsupported" as const);
    if (found === "unsupported") input?.click();
    else await take(Promise.resolve(found));
  };
  const takeInput = (input: HTMLInputElement) => {
    const chosen = [...(input.files ?? [])];
    // so that the same file can be chosen again after it was removed
    input.value = "";
    void take(filesOfInput(chosen));
  };

  return (
    <section class={`drop-zone drop-zone-${size}`} aria-label={t("zone")}>
      <span class="drop-zone-icon">
        <Icon of={Upload} size={size === "large" ? 32 : 20} />
      </span>
      {size === "large" ? (
        <div class="drop-zone-words">
          <p class="drop-zone-title">{t(isTouch() ? "touch_large" : "drop_large")}</p>
          <p class="drop-zone-hint">{t(isTouch() ? "touch_large_hint" : "drop_large_hint")}</p>
        </div>
      ) : (
        <p class="drop-zone-hint drop-zone-bar-hint">{t("drop_bar")}</p>
      )}
      <div class="drop-zone-buttons">
        <Button
          kind={size === "large" ? "primary" : "secondary"}
          class="drop-zone-choose"
          onClick={() => void pick(pickFiles(t("zone")), files.current)}
        >
          {t("choose")}
        </Button>
        <Button kind="quiet" icon={FolderOpen} class="drop-zone-folder" onClick={() => void pick(pickFolder(), folder.current)}>
          {t("choose_folder")}
        </Button>
      </div>
      <input
        key="files"
        ref={files}
        class="drop-zone-input"
        type="file"
        multiple
        accept={ACCEPT}
        aria-label={t("choose")}
        hidden
        onChange={(event) => takeInput(event.currentTarget)}
      />
      <input
        key="folder"
        ref={folder}
        // Preact's types do not have the attribute
        {...{ webkitdirectory: true }}
        class="drop-zone-input"
        type="file"
        multiple
        aria-label={t("choose_folder")}
        hidden
        onChange={(event) => takeInput(event.currentTarget)}
      />
    </section>
  );
}

/** Whether fingers are all there is: nothing can be dropped then. */
function isTouch(): boolean {
  return !matchMedia("(any-pointer: fine)").matches;
}
