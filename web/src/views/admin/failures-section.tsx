import { useId } from "preact/hooks";
import { readMetrics } from "../../api/metrics";
import type { ErrorCode } from "../../api/types";
import { failureText, problemText } from "../../i18n/errors";
import { formatNumber } from "../../i18n/format";
import { Banner } from "../../ui/banner";
import { Skeleton } from "../../ui/skeleton";
import { useRead } from "../use-read";
import "./failures-section.css";
import { t } from "./messages";
import { type Counters, readCounters } from "./metrics-text";

/** Why videos failed, from the server's counters. */
export function FailuresSection() {
  const id = useId();
  const { data: counters, error } = useRead(async (signal) => readCounters(await readMetrics(signal)));

  return (
    <section class="failures-section" aria-labelledby={id}>
      <h2 id={id}>{t("failures")}</h2>
      {error !== undefined && <Banner kind="error">{problemText(error)}</Banner>}
      {!counters && error === undefined && <Skeleton height="72px" />}
      {counters && <Failures counters={counters} />}
    </section>
  );
}

function Failures({ counters }: { counters: Counters }) {
  const { ready, failed, failures } = counters;
  if (failed === 0) return <p class="quiet">{t("no_failures")}</p>;
  const most = failures[0]?.count ?? 1;
  return (
    <>
      <p class="quiet">{t("failures_text", { failed, count: ready + failed })}</p>
      <ul class="failures-section-list">
        {failures.map(({ code, count }) => (
          <li key={code} class="failures-section-row">
            <span>{failureText({ code: code as ErrorCode, message: code }).reason}</span>
            <span class="failures-section-count numeric">{formatNumber(count)}</span>
            <span class="failures-section-bar" style={{ scale: `${count / most} 1` }} />
          </li>
        ))}
      </ul>
    </>
  );
}
