import { Film } from "lucide";
import { useState } from "preact/hooks";
import type { Status, VideoView } from "../../api/types";
import { deleteVideo } from "../../api/videos";
import { problemText } from "../../i18n/errors";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { ConfirmDialog } from "../../ui/confirm-dialog";
import { EmptyState } from "../../ui/empty-state";
import { SelectField } from "../../ui/select-field";
import { toast } from "../../ui/toast";
import "./admin-page.css";
import { FailuresSection } from "./failures-section";
import { t } from "./messages";
import { isOwn, ownerName } from "./owner-name";
import { UsageDialog } from "./usage-dialog";
import { type Filter, useVideos } from "./use-videos";
import { VideoTable } from "./video-table";

const statuses: readonly Status[] = ["awaiting_upload", "queued", "processing", "ready", "failed"];

/** The administrators' view: everyone's videos, usage by user, failures by reason. */
export default function AdminPage() {
  const [filter, setFilter] = useState<Filter>({});
  const [usageOf, setUsageOf] = useState<string>();
  const [deleting, setDeleting] = useState<VideoView>();
  const list = useVideos(filter);
  const heading = headingOf(filter);

  return (
    <div class="admin-page">
      <h1>{t("heading")}</h1>
      <section class="admin-page-videos">
        <div class="admin-page-tools">
          <h2>{heading}</h2>
          {filter.user && (
            <Button kind="quiet" onClick={() => setFilter({ ...filter, user: undefined })}>
              {t("everyone")}
            </Button>
          )}
          <div class="admin-page-filter">
            <SelectField
              label={t("filter")}
              value={filter.status ?? "all"}
              onChange={(status) => setFilter({ ...filter, status: status === "all" ? undefined : status })}
              options={[
                { value: "all" as const, label: t("all") },
                ...statuses.map((status) => ({ value: status, label: t(status) })),
              ]}
            />
          </div>
        </div>
        {list.error !== undefined && (
          <Banner kind="error" action={<Button onClick={list.more}>{t("try_again")}</Button>}>
            {problemText(list.error)}
          </Banner>
        )}
        {list.videos?.length === 0 && !list.hasMore && !list.busy ? (
          <EmptyState icon={Film} title={t("none")}>
            <p>{t("none_text")}</p>
          </EmptyState>
        ) : (
          <VideoTable videos={list.videos} caption={heading} onOwner={setUsageOf} onDelete={setDeleting} />
        )}
        <div class="admin-page-end">
          <p class="quiet numeric" role="status">
            {list.videos && t("loaded", { count: list.videos.length })}
          </p>
          {list.hasMore && (
            <Button busy={list.busy} onClick={list.more}>
              {t("more")}
            </Button>
          )}
        </div>
      </section>
      <FailuresSection />
      {usageOf !== undefined && (
        <UsageDialog
          user={usageOf}
          onClose={() => setUsageOf(undefined)}
          onOnlyThese={() => {
            setFilter({ ...filter, user: usageOf });
            setUsageOf(undefined);
          }}
        />
      )}
      {deleting && (
        <ConfirmDialog
          title={t("delete_title")}
          confirm={t("delete")}
          cancel={t("cancel")}
          onClose={() => setDeleting(undefined)}
          onConfirm={async () => {
            await deleteVideo(deleting.id, deleting.owner);
            list.remove(deleting.id);
            toast(t("deleted", { name: deleting.fileName }));
          }}
        >
          <p>
            {isOwn(deleting.owner)
              ? t("delete_text_own", { name: deleting.fileName })
              : t("delete_text", { name: deleting.fileName, user: ownerName(deleting.owner) })}
          </p>
        </ConfirmDialog>
      )}
    </div>
  );
}

function headingOf({ user }: Filter): string {
  if (!user) return t("videos");
  return isOwn(user) ? t("videos_own") : t("videos_of", { user: ownerName(user) });
}
