import { RotateCcw } from "lucide";
import { useState } from "preact/hooks";
import { isAbort } from "../../api/errors";
import type { Delivery } from "../../api/types";
import { nextAttempt, readDeliveries, resendDelivery } from "../../api/webhook";
import { problemText } from "../../i18n/errors";
import { formatDate } from "../../i18n/format";
import { href } from "../../router";
import { Banner } from "../../ui/banner";
import { Button, IconButton } from "../../ui/button";
import { toast } from "../../ui/toast";
import { useRead } from "../use-read";
import "./deliveries.css";
import { t } from "./messages";
import { useLeaving } from "./use-leaving";
import { attemptText } from "./webhook-errors";

interface DeliveriesProps {
  /** Another number loads the deliveries again. */
  version: number;
  /** Called after an event was sent again. */
  onSent: () => void;
}

/** The last deliveries to the webhook. */
export function Deliveries({ version, onSent }: DeliveriesProps) {
  const { data: deliveries, setData: setDeliveries, error, again } = useRead(readDeliveries, [version]);
  const leaving = useLeaving();

  const resend = async (id: string) => {
    try {
      const changed = await nextAttempt(await resendDelivery(id), leaving);
      setDeliveries((list) => list?.map((delivery) => (delivery.id === id ? changed : delivery)));
      onSent();
    } catch (failure) {
      if (!isAbort(failure)) toast(problemText(failure));
    }
  };

  if (error !== undefined) {
    return (
      <Banner kind="error" action={<Button onClick={again}>{t("try_again")}</Button>}>
        {problemText(error)}
      </Banner>
    );
  }
  if (!deliveries || deliveries.length === 0) return <p class="quiet">{deliveries && t("no_deliveries")}</p>;
  return (
    <ul class="deliveries" aria-label={t("deliveries")}>
      {deliveries.map((delivery) => (
        <DeliveryRow key={delivery.id} delivery={delivery} onResend={() => resend(delivery.id)} />
      ))}
    </ul>
  );
}

function DeliveryRow({ delivery, onResend }: { delivery: Delivery; onResend: () => Promise<void> }) {
  const [busy, setBusy] = useState(false);
  const { type, video, status, attempts, createdAt, nextAttemptAt } = delivery;
  const last = attempts.at(-1);
  const resend = async () => {
    setBusy(true);
    await onResend();
    setBusy(false);
  };
  return (
    <li class="deliveries-row">
      <p>
        {video && type !== "video.deleted" ? <a href={href({ view: "video", id: video })}>{type}</a> : type}
        {" · "}
        <span class={`deliveries-${status}`}>{t(`delivery_${status}`)}</span>
      </p>
      <p class="quiet">
        {[
          formatDate(createdAt),
          ...(last ? [attemptText(last)] : []),
          ...(nextAttemptAt && attempts.length > 0 ? [t("next_attempt", { when: formatDate(nextAttemptAt) })] : []),
        ].join(" · ")}
      </p>
      {attempts.length > 1 && (
        <details>
          <summary>{t("attempts", { count: attempts.length })}</summary>
          <ol>
            {attempts.map((attempt) => (
              <li key={attempt.at}>{`${formatDate(attempt.at)} · ${attemptText(attempt)}`}</li>
            ))}
          </ol>
        </details>
      )}
      {status !== "pending" && (
        <IconButton icon={RotateCcw} label={t("resend", { type })} busy={busy} onClick={() => void resend()} />
      )}
    </li>
  );
}
