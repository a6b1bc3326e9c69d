import { ArrowLeft, Download, LayoutGrid, RotateCcw, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import type { VideoView } from "../../api/types";
import { canRetry, problemText } from "../../i18n/errors";
import { href, navigate } from "../../router";
import { Button } from "../../ui/button";
import { ConfirmDialog } from "../../ui/confirm-dialog";
import { Icon } from "../../ui/icon";
import { Menu, type MenuItem } from "../../ui/menu";
import { toast } from "../../ui/toast";
import { startDownload } from "../uploads/leaving";
import { LazyRetryDialog } from "./lazy-retry-dialog";
import { t } from "./messages";
import "./video-head.css";
import type { VideoStore } from "./video-store";

interface VideoHeadProps {
  store: VideoStore;
  video: VideoView;
}

/** The video's name and what can be done with it as a whole. */
export function VideoHead({ store, video }: VideoHeadProps) {
  const [dialog, setDialog] = useState<"retry" | "delete">();
  const close = () => setDialog(undefined);
  const isOwn = store.user === undefined;
  const { sheet } = video;

  const downloadAll = async () => {
    try {
      const url = await store.downloadUrl();
      if (url) startDownload(url);
    } catch (error) {
      toast(problemText(error));
    }
  };
  const openSheet = (url: string) => void open(url, "_blank", "noopener");
  const items: MenuItem[] = [
    ...(isOwn && canRetry(video) ? [{ label: t("again"), icon: RotateCcw, onSelect: () => setDialog("retry") }] : []),
    ...(sheet ? [{ label: t("openSheet"), icon: LayoutGrid, onSelect: () => openSheet(sheet.url) }] : []),
    { label: t("delete"), icon: Trash2, danger: true, onSelect: () => setDialog("delete") },
  ];

  return (
    <header class="video-head">
      <a class="video-head-back" href={href({ view: "home" })} aria-label={t("back")} title={t("back")}>
        <Icon of={ArrowLeft} />
      </a>
      <h1 class="video-head-name" title={video.fileName}>
        {video.fileName}
      </h1>
      {video.download && (
        <Button icon={Download} onClick={() => void downloadAll()}>
          {t("downloadAll")}
        </Button>
      )}
      <Menu label={t("moreActions")} items={items} />
      {dialog === "retry" && <LazyRetryDialog video={video} onClose={close} onQueued={(queued) => store.replace(queued)} />}
      {dialog === "delete" && (
        <ConfirmDialog
          title={t("deleteTitle")}
          confirm={t("deleteConfirm")}
          cancel={t("cancel")}
          onClose={close}
          onConfirm={async () => {
            await store.remove();
            toast(t("deleted", { name: video.fileName }));
            navigate({ view: "home" });
          }}
        >
          <p>{t("deleteText", { name: video.fileName })}</p>
        </ConfirmDialog>
      )}
    </header>
  );
}
