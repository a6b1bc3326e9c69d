import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import type { UploadItem } from "../../upload/types";
import { t } from "./messages";
import "./upload-list.css";
import { UploadRow } from "./upload-row";
import { uploads } from "./uploads-store";

/** The uploads in progress; nothing without any. */
export function UploadList() {
  const target = uploads.value;
  const items = target?.items.value ?? [];
  // progress comes several times a second; rows of items that have not changed are not rendered again
  const rows = useMemo(() => new WeakMap<UploadItem, VNode>(), [target]);
  if (!target || items.length === 0) return null;
  return (
    <section class="upload-list" aria-labelledby="upload-list-title">
      <h2 id="upload-list-title" class="upload-list-title" tabIndex={-1}>
        {t("title")}
      </h2>
      <ul class="upload-list-rows">
        {items.map((item) => {
          const row = rows.get(item) ?? <UploadRow key={item.id} item={item} uploads={target} />;
          rows.set(item, row);
          return row;
        })}
      </ul>
    </section>
  );
}
