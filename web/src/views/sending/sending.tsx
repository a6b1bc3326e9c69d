import { t as shell } from "../../shell/messages";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Skeleton } from "../../ui/skeleton";
import { MOST_FILES } from "./found-files";
import { listNames } from "./list-names";
import { t } from "./messages";
import "./sending.css";
import { chosen, dismissLeftOut, leftOut } from "./sending-store";
import { useModule } from "./use-module";

const loadPanel = () => import("./sending-panel");

/** The part after the drop zone: files that were left out, and the chosen ones with their options. */
export function Sending() {
  const isWanted = chosen.value.length > 0;
  const panel = useModule(loadPanel, isWanted);
  return (
    <>
      <LeftOutNote />
      {isWanted && panel.state === "loading" && <Skeleton height="24rem" />}
      {isWanted && panel.state === "ready" && <panel.module.SendingPanel />}
      {isWanted && panel.state === "failed" && (
        <Banner kind="error" action={<Button onClick={() => location.reload()}>{shell("reload")}</Button>}>
          {shell("chunk_text")}
        </Banner>
      )}
    </>
  );
}

function LeftOutNote() {
  const { otherFiles, emptyFiles, isCut } = leftOut.value;
  if (otherFiles.length + emptyFiles.length === 0 && !isCut) return null;
  return (
    <Banner
      kind="info"
      action={
        <Button kind="quiet" onClick={dismissLeftOut}>
          {t("dismiss")}
        </Button>
      }
    >
      {otherFiles.length > 0 && (
        <p class="sending-note">{t("other_files", { count: otherFiles.length, names: listNames(otherFiles) })}</p>
      )}
      {isCut && <p class="sending-note">{t("cut", { count: MOST_FILES })}</p>}
      {emptyFiles.length > 0 && (
        <p class="sending-note">{t("empty_files", { count: emptyFiles.length, names: listNames(emptyFiles) })}</p>
      )}
    </Banner>
  );
}
