import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { throttledUntil } from "../api/throttle";
import { session, signInUnreachable } from "../auth/session";
import { Banner } from "../ui/banner";
import { t } from "./messages";
import "./notices.css";

/** Messages about the connection. They lie over the page, so that nothing moves when they come and go. */
export function Notices() {
  const online = useOnline();
  const restoring = session.value === undefined;
  return (
    <div class="notices">
      {!online && <Banner kind="warning">{t("offline")}</Banner>}
      {online && restoring && signInUnreachable.value && <Banner kind="warning">{t("unreachable")}</Banner>}
      {throttledUntil.value !== undefined && <ThrottleNotice until={throttledUntil.value} />}
    </div>
  );
}

function ThrottleNotice({ until }: { until: number }) {
  const seconds = useSignal(0);
  useEffect(() => {
    const count = () => (seconds.value = Math.max(Math.ceil((until - Date.now()) / 1000), 1));
    count();
    const timer = setInterval(count, 1000);
    return () => clearInterval(timer);
  }, [until]);
  return (
    <Banner kind="warning">
      {t("busy")}{" "}
      {/* each second read aloud would be too much */}
      <span class="numeric" aria-hidden="true">
        {t("busy_seconds", { count: seconds.value })}
      </span>
    </Banner>
  );
}

function useOnline(): boolean {
  const online = useSignal(navigator.onLine);
  useEffect(() => {
    const changed = () => (online.value = navigator.onLine);
    addEventListener("online", changed);
    addEventListener("offline", changed);
    return () => {
      removeEventListener("online", changed);
      removeEventListener("offline", changed);
    };
  }, []);
  return online.value;
}
