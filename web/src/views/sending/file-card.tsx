import { FileVideo, X } from "lucide";
import { useRef } from "preact/hooks";
import { formatBytes, formatDuration } from "../../i18n/format";
import { IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import "./file-card.css";
import { focusNeighbour } from "./focus";
import { t } from "./messages";
import { STRIP } from "./preview";
import { unchoose, type ChosenVideo } from "./sending-store";

/** A chosen file: a strip of its frames, its name, length and size. */
export function FileCard({ video: { id, file, preview } }: { readonly video: ChosenVideo }) {
  const facts = [formatBytes(file.size)];
  if (preview) facts.unshift(preview.seconds === undefined ? t("unknown_length") : formatDuration(preview.seconds));
  if (preview) facts.push(`${preview.width} × ${preview.height}`);
  const card = useRef<HTMLLIElement>(null);
  const remove = () => {
    focusNeighbour(card.current, "button", ".drop-zone-choose");
    unchoose(id);
  };
  return (
    <li class="file-card" ref={card}>
      <div class={preview === undefined ? "file-card-strip file-card-strip-loading" : "file-card-strip"}>
        {preview ? (
          Array.from({ length: STRIP }, (_, index) => {
            const frame = preview.frames[index];
            return frame === undefined ? (
              <span key={index} class="file-card-frame" />
            ) : (
              <img key={index} class="file-card-frame" src={frame} alt="" />
            );
          })
        ) : (
          <span class="file-card-none">
            <Icon of={FileVideo} size={24} />
            {t(preview === null ? "on_server" : "looking")}
          </span>
        )}
      </div>
      <div class="file-card-text">
        <p class="file-card-name" title={file.name}>
          {file.name}
        </p>
        <p class="file-card-facts">{facts.join(" · ")}</p>
      </div>
      <IconButton icon={X} label={t("remove", { name: file.name })} onClick={remove} />
    </li>
  );
}
