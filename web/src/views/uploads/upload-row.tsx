import { FileVideo, Pause, X } from "lucide";
import { useRef, useState } from "preact/hooks";
import { formatBytes } from "../../i18n/format";
import { Button, IconButton } from "../../ui/button";
import { ConfirmDialog } from "../../ui/confirm-dialog";
import { Icon } from "../../ui/icon";
import { ProgressBar } from "../../ui/progress-bar";
import type { UploadItem, UploadState } from "../../upload/types";
import type { Uploads } from "../../upload/uploads";
import { ACCEPT } from "../sending/file-kinds";
import { focusNeighbour, useFocusKept } from "../sending/focus";
import { pickFiles } from "../sending/pick-files";
import { t } from "./messages";
import "./upload-row.css";
import { share, stateInWords } from "./upload-words";
import { cancelUpload, localPoster } from "./uploads-store";

const TONES: Partial<Record<UploadState, "quiet" | "success" | "warning" | "danger">> = {
  waiting: "quiet",
  paused: "quiet",
  offline: "warning",
  file_changed: "warning",
  needs_file: "warning",
  elsewhere: "quiet",
  refused: "danger",
  arrived: "success",
};

/** Cancelling asks first once this much has arrived: it would have to be sent again. */
const WORTH_ASKING = 32_000_000;

/** One upload: its first frame, its name, how far it is, and what can be done. */
export function UploadRow({ item, uploads }: { readonly item: UploadItem; readonly uploads: Uploads }) {
  const poster = localPoster(item.id, item.videoId);
  const tone = TONES[item.state];
  return (
    <li class={`upload-row upload-row-${item.state}`}>
      <div class="upload-row-poster">
        {poster ? <img src={poster} alt="" /> : <Icon of={FileVideo} size={20} />}
      </div>
      <div class="upload-row-text">
        <p class="upload-row-name" title={item.name}>
          {item.name}
        </p>
        <p class="upload-row-state">{stateInWords(item)}</p>
      </div>
      <RowActions item={item} uploads={uploads} />
      <div class="upload-row-bar">
        <ProgressBar label={t("progress", { name: item.name })} value={share(item)} {...(tone && { tone })} />
      </div>
    </li>
  );
}

function RowActions({ item, uploads }: { readonly item: UploadItem; readonly uploads: Uploads }) {
  const { id, name, state } = item;
  const [isAsking, setIsAsking] = useState(false);
  const isSending = state === "waiting" || state === "sending" || state === "offline";
  const needsChoice = state === "file_changed" || (state === "needs_file" && !item.handleNeedsPermission);
  const actions = useRef<HTMLDivElement>(null);
  useFocusKept(actions);
  const cancelNow = () => {
    focusNeighbour(actions.current?.closest("li"), "button", ".drop-zone-choose");
    cancelUpload(item);
  };
  const cancel = () => {
    if (item.sent > WORTH_ASKING && state !== "refused") setIsAsking(true);
    else cancelNow();
  };
  return (
    <div class="upload-row-actions" ref={actions}>
      {isSending && <IconButton icon={Pause} label={t("pause", { name })} onClick={() => uploads.pause(id)} />}
      {state === "paused" && (
        <Button aria-label={t("go_on_with", { name })} onClick={() => uploads.resume(id)}>
          {t("go_on")}
        </Button>
      )}
      {state === "needs_file" && item.handleNeedsPermission && (
        <Button onClick={() => uploads.resume(id)}>{t("allow")}</Button>
      )}
      {needsChoice && <ChooseAgain item={item} uploads={uploads} />}
      {state === "refused" && <Button onClick={() => uploads.retry(id)}>{t("try_again")}</Button>}
      {state !== "elsewhere" && state !== "arrived" && (
        <IconButton icon={X} label={t(state === "refused" ? "remove" : "cancel", { name })} onClick={cancel} />
      )}
      {isAsking && (
        <ConfirmDialog
          title={t("cancel_title")}
          confirm={t("cancel_confirm")}
          cancel={t("keep")}
          onConfirm={async () => cancelNow()}
          onClose={() => setIsAsking(false)}
        >
          <p>{t("cancel_text", { name, sent: formatBytes(item.sent) })}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

/** Asks for the file of an upload again: by handle where the browser has them, so that it is the last time. */
function ChooseAgain({ item: { id, name }, uploads }: { readonly item: UploadItem; readonly uploads: Uploads }) {
  const input = useRef<HTMLInputElement>(null);
  const choose = async () => {
    const found = await pickFiles(name).catch(() => "unsupported" as const);
    if (found === "unsupported") return input.current?.click();
    const [first] = found.files;
    if (first) uploads.giveFile(id, first.file, first.handle);
  };
  return (
    <>
      <Button aria-label={t("choose_again_for", { name })} onClick={() => void choose()}>
        {t("choose_again")}
      </Button>
      <input
        ref={input}
        type="file"
        accept={ACCEPT}
        aria-label={t("choose_again_for", { name })}
        hidden
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) uploads.giveFile(id, file);
        }}
      />
    </>
  );
}
