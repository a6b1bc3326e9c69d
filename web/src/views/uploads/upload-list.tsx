import { t } from "./messages";
import "./upload-list.css";
import { UploadRow } from "./upload-row";
import { uploads } from "./uploads-store";

/** The uploads in progress; nothing without any. */
export function UploadList() {
  const target = uploads.value;
  const items = target?.items.value ?? [];
  if (!target || items.length === 0) return null;
  return (
    <section class="upload-list" aria-labelledby="upload-list-title">
      <h2 id="upload-list-title" class="upload-list-title" tabIndex={-1}>
        {t("title")}
      </h2>
      <ul class="upload-list-rows">
        {items.map((item) => (
          <UploadRow key={item.id} item={item} uploads={target} />
        ))}
      </ul>
    </section>
  );
}
