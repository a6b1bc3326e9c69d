import { Trash2 } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { library } from "../library/library";
import { sendFiles } from "../uploads/uploads-store";
import { EstimateLine } from "./estimate-line";
import { FileCard } from "./file-card";
import { t } from "./messages";
import { readForm, type OptionsForm } from "./options";
import { OptionsFields } from "./options-form";
import { rememberedForm, rememberForm } from "./remembered-options";
import { chosen, known, unchooseAll } from "./sending-store";
import "./sending-panel.css";

/** The chosen files with their options, the estimate, and the button that sends them. */
export function SendingPanel() {
  const [form, setForm] = useState<OptionsForm>(rememberedForm);
  const panel = useRef<HTMLElement>(null);
  const videos = chosen.value;
  const count = videos.length;
  const read = readForm(form);
  const rates = known.value.map(({ frameRate }) => frameRate);

  const lastCount = useRef(0);
  useEffect(() => {
    // files may be dropped far down in the library; the answer to the drop must be seen
    if (count > lastCount.current) panel.current?.scrollIntoView({ block: "nearest" });
    lastCount.current = count;
  }, [count]);

  const send = () => {
    if (!read.extraction) {
      panel.current?.querySelector<HTMLElement>("[aria-invalid], .options-form-choice input")?.focus();
      return;
    }
    rememberForm(form);
    sendFiles(videos, read.extraction);
    // a filter would hide what was sent
    library.peek().filterBy(undefined);
    announce(t("sent", { count }));
    // the button is gone; what it did is seen there
    requestAnimationFrame(() => document.getElementById("upload-list-title")?.focus());
  };
  const discard = () => {
    document.querySelector<HTMLElement>(".drop-zone-choose")?.focus();
    unchooseAll();
  };

  return (
    <section class="sending-panel" ref={panel} aria-labelledby="sending-panel-title">
      <header class="sending-panel-header">
        <h2 id="sending-panel-title">{t("title", { count })}</h2>
        <Button kind="quiet" class="button-flush" icon={Trash2} onClick={discard}>
          {t("discard")}
        </Button>
      </header>
      <ul class="sending-panel-files">
        {videos.map((video) => (
          <FileCard key={video.id} video={video} />
        ))}
      </ul>
      <OptionsFields form={form} read={read} rates={rates} change={(changes) => setForm({ ...form, ...changes })} />
      <footer class="sending-panel-footer">
        <EstimateLine
          form={form}
          read={read}
          videos={known.value}
          rates={rates}
          isReading={videos.some(({ preview }) => preview !== null && !preview?.isComplete)}
        />
        <Button kind="primary" class="sending-panel-send" onClick={send}>
          {t("send", { count })}
        </Button>
      </footer>
    </section>
  );
}
