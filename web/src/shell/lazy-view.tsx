import { RefreshCw, WifiOff } from "lucide";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button } from "../ui/button";
import { EmptyState } from "../ui/empty-state";
import { Skeleton } from "../ui/skeleton";
import "./lazy-view.css";
import { t } from "./messages";

/**
 * Returns a component that loads its code when it is first shown, or before by `preload`. A view shows that it is loading
 * or has failed; a component over the views shows nothing meanwhile.
 */
export function lazyView<P extends object>(load: () => Promise<{ default: ComponentType<P> }>, place: "view" | "over" = "view") {
  let loaded: ComponentType<P> | undefined;

  const preload = async () => {
    loaded ??= (await load()).default;
  };

  const LazyView = (props: P) => {
    const [state, setState] = useState<"loading" | "loaded" | "failed">(loaded ? "loaded" : "loading");

    useEffect(() => {
      // also if it came in the meantime, by `preload`
      preload().then(
        () => setState("loaded"),
        () => setState("failed"),
      );
    }, []);

    if (loaded) {
      const View = loaded;
      return <View {...props} />;
    }
    if (place === "over") return null;
    return state === "failed" ? <LoadFailed /> : <ViewSkeleton />;
  };
  return Object.assign(LazyView, { preload });
}

/** The grey shape of a view that is being loaded. */
export function ViewSkeleton() {
  return (
    <div class="view-skeleton">
      <p class="visually-hidden">{t("loading")}</p>
      <Skeleton width="12rem" height="1.8rem" />
      <Skeleton height="min(50vh, 24rem)" />
    </div>
  );
}

/** Browsers remember a failed import, so only a reload tries again. */
function LoadFailed() {
  return (
    <EmptyState icon={WifiOff} title={t("chunk_title")}>
      <p>{t("chunk_text")}</p>
      <Button kind="primary" icon={RefreshCw} onClick={() => location.reload()}>
        {t("reload")}
      </Button>
    </EmptyState>
  );
}
