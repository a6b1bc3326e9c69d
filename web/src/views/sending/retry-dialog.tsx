import { useRef, useState } from "preact/hooks";
import { newKey } from "../../api/idempotency-key";
import { isAbort } from "../../api/errors";
import type { Video } from "../../api/types";
import { retryVideo } from "../../api/videos";
import { problemText } from "../../i18n/errors";
import { announce } from "../../ui/announce";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { knownOf } from "./estimate-again";
import { EstimateLine } from "./estimate-line";
import { t } from "./messages";
import { readForm, type OptionsForm } from "./options";
import { OptionsFields } from "./options-form";
import { formOf } from "./options-form-of";
import "./retry-dialog.css";

interface RetryDialogProps {
  /** A `ready` or `failed` video. */
  readonly video: Video;
  readonly onClose: () => void;
  /** Called with the video in its new state. */
  readonly onQueued: (video: Video) => void;
}

/** Asks for the frames of a video again, with other options. */
export function RetryDialog({ video, onClose, onQueued }: RetryDialogProps) {
  const [form, setForm] = useState<OptionsForm>(() => formOf(video.extraction));
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const asked = useRef({ body: "", key: "" });
  const content = useRef<HTMLDivElement>(null);
  const read = readForm(form);
  const known = knownOf(video);

  const retry = async () => {
    if (!read.extraction) {
      content.current?.querySelector<HTMLElement>("[aria-invalid], .options-form-choice input")?.focus();
      return;
    }
    // the same question again after a lost answer must not queue the video twice
    const body = JSON.stringify(read.extraction);
    if (asked.current.body !== body) asked.current = { body, key: newKey() };
    setIsBusy(true);
    setError(undefined);
    try {
      const queued = await retryVideo(video.id, read.extraction, asked.current.key);
      announce(t("retry_queued", { name: video.fileName }));
      onQueued(queued);
      onClose();
    } catch (failure) {
      if (!isAbort(failure)) setError(failure);
      setIsBusy(false);
    }
  };

  return (
    <Dialog
      title={t("retry_title", { name: video.fileName })}
      size="wide"
      onClose={onClose}
      ignoresOutside
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" busy={isBusy} onClick={() => void retry()}>
            {t("retry")}
          </Button>
        </>
      }
    >
      <div class="retry-dialog-content" ref={content}>
        <OptionsFields
          form={form}
          read={read}
          rates={[known.frameRate]}
          change={(changes) => setForm({ ...form, ...changes })}
        />
        <EstimateLine form={form} read={read} videos={[known]} rates={[known.frameRate]} isReading={false} />
        {video.result && <p class="retry-dialog-hint">{t("retry_hint")}</p>}
        {error !== undefined && <Banner kind="error">{problemText(error)}</Banner>}
      </div>
    </Dialog>
  );
}
