import { problemText } from "../../i18n/errors";
import { formatBytes, formatNumber } from "../../i18n/format";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Skeleton } from "../../ui/skeleton";
import { useRead } from "../use-read";
import { t } from "./messages";
import { isOwn, ownerName } from "./owner-name";
import { readUsage } from "./usage";
import "./usage-dialog.css";

/** How much a user has on this server. */
export function UsageDialog(props: { user: string; onClose: () => void; onOnlyThese: () => void }) {
  const { user, onClose, onOnlyThese } = props;
  const { data: usage, error } = useRead((signal) => readUsage(user, signal), [user]);

  const facts = [
    { name: t("usage_videos"), value: usage && formatNumber(usage.videos) },
    { name: t("usage_uploaded"), value: usage && formatBytes(usage.uploadedBytes) },
    { name: t("usage_frames"), value: usage && formatNumber(usage.frames) },
    { name: t("usage_zips"), value: usage && formatBytes(usage.zipBytes) },
  ];

  return (
    <Dialog
      title={isOwn(user) ? t("usage_own") : t("usage_of", { user: ownerName(user) })}
      onClose={onClose}
      footer={<Button onClick={onOnlyThese}>{t("only_these")}</Button>}
    >
      <p class="usage-dialog-id">{user}</p>
      {error !== undefined ? (
        <Banner kind="error">{problemText(error)}</Banner>
      ) : (
        <dl class="usage-dialog-facts" aria-busy={usage === undefined}>
          {facts.map(({ name, value }) => (
            <div key={name} class="usage-dialog-fact">
              <dt class="quiet">{name}</dt>
              <dd class="usage-dialog-value numeric">{value ?? <Skeleton width="5rem" height="1.5em" />}</dd>
            </div>
          ))}
        </dl>
      )}
      <p class="usage-dialog-note quiet" role="status">
        {usage && `${t(usage.isComplete ? "usage_text" : "usage_newest", { count: usage.videos })} ${t("usage_deleted")}`}
      </p>
    </Dialog>
  );
}
