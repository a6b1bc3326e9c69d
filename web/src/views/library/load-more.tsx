import { useEffect, useRef } from "preact/hooks";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import "./load-more.css";
import type { MoreState } from "./library-store";
import { t } from "./messages";

interface LoadMoreProps {
  readonly state: MoreState;
  /** The number of videos that are loaded. */
  readonly count: number;
  /** Whether the button presses itself when it comes near. */
  readonly isAutomatic: boolean;
  readonly onMore: () => void;
}

/** A button for older videos. */
export function LoadMore({ state, count, isAutomatic, onMore }: LoadMoreProps) {
  const place = useRef<HTMLDivElement>(null);
  const more = useRef(onMore);
  more.current = onMore;

  useEffect(() => {
    const element = place.current;
    if (!element || !isAutomatic || state !== "some") return;
    // made again after each page, because an observer says nothing about what is still in view
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && more.current(),
      { rootMargin: "600px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [state, count, isAutomatic]);

  if (state === "none") return null;
  if (state === "failed") {
    return (
      <Banner kind="warning" action={<Button onClick={onMore}>{t("try_again")}</Button>}>
        {t("more_failed")}
      </Banner>
    );
  }
  return (
    <div class="load-more" ref={place}>
      <Button busy={state === "loading"} onClick={onMore}>
        {t("more")}
      </Button>
    </div>
  );
}
