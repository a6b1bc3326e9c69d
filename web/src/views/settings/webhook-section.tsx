import { Send } from "lucide";
import { useState } from "preact/hooks";
import { isAbort } from "../../api/errors";
import type { Delivery, Webhook, WebhookWithSecret } from "../../api/types";
import { deleteWebhook, nextAttempt, readWebhook, setWebhook, testWebhook } from "../../api/webhook";
import { problemText } from "../../i18n/errors";
import { formatDate } from "../../i18n/format";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Checkbox } from "../../ui/checkbox";
import { ConfirmDialog } from "../../ui/confirm-dialog";
import { Skeleton } from "../../ui/skeleton";
import { toast } from "../../ui/toast";
import { useRead } from "../use-read";
import { Deliveries } from "./deliveries";
import { t } from "./messages";
import { SecretDialog } from "./secret-dialog";
import { Section } from "./section";
import { useLeaving } from "./use-leaving";
import { attemptText } from "./webhook-errors";
import { WebhookForm } from "./webhook-form";
import "./webhook-section.css";

/** The webhook: read, set, tested and removed. */
export function WebhookSection() {
  const { data: webhook, setData: setOwn, error, again } = useRead(readWebhook);
  const [secret, setSecret] = useState<string>();

  const accept = ({ secret: fresh, ...set }: WebhookWithSecret) => {
    setOwn(set);
    setSecret(fresh);
  };

  return (
    <Section title={t("webhook")}>
      <p>{t("webhook_text")}</p>
      {error !== undefined && (
        <Banner kind="error" action={<Button onClick={again}>{t("try_again")}</Button>}>
          {problemText(error)}
        </Banner>
      )}
      {webhook === undefined && error === undefined && <Skeleton height="116px" />}
      {webhook !== undefined && <WebhookForm url={webhook?.url} onSet={accept} />}
      {webhook && <WebhookActions webhook={webhook} onSet={accept} onSent={again} onRemoved={() => setOwn(null)} />}
      {secret !== undefined && <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />}
    </Section>
  );
}

interface WebhookActionsProps {
  webhook: Webhook;
  onSet: (webhook: WebhookWithSecret) => void;
  /** Called after an attempt to deliver an event, which may change the state of the webhook. */
  onSent: () => void;
  onRemoved: () => void;
}

function WebhookActions({ webhook, onSet, onSent, onRemoved }: WebhookActionsProps) {
  const [asking, setAsking] = useState<"replace" | "remove">();
  const [tested, setTested] = useState<{ delivery: Delivery } | { error: unknown }>();
  const [expires, setExpires] = useState(false);
  const [version, setVersion] = useState(0);
  const [testing, setTesting] = useState(false);
  const leaving = useLeaving();

  const test = async () => {
    setTesting(true);
    setTested(undefined);
    try {
      setTested({ delivery: await nextAttempt(await testWebhook(), leaving) });
    } catch (error) {
      if (isAbort(error)) return;
      setTested({ error });
    }
    setVersion((last) => last + 1);
    setTesting(false);
    onSent();
  };

  return (
    <>
      <WebhookState webhook={webhook} />
      <div class="webhook-section-actions">
        <Button icon={Send} busy={testing} onClick={() => void test()}>
          {t("test")}
        </Button>
        <Button onClick={() => setAsking("replace")}>{t("replace")}</Button>
        <Button kind="danger" onClick={() => setAsking("remove")}>
          {t("remove")}
        </Button>
      </div>
      {tested && <TestResult tested={tested} />}
      {asking && (
        <ConfirmDialog
          key={asking}
          title={t(`${asking}_title`)}
          confirm={t(asking)}
          cancel={t("cancel")}
          onClose={() => setAsking(undefined)}
          onConfirm={async () => {
            if (asking === "replace") return onSet(await setWebhook(webhook.url, expires));
            await deleteWebhook();
            toast(t("removed"));
            onRemoved();
          }}
        >
          <p>{asking === "replace" ? t("replace_text") : t("remove_text", { url: webhook.url })}</p>
          {asking === "replace" && <Checkbox label={t("expire_now")} checked={expires} onChange={setExpires} />}
        </ConfirmDialog>
      )}
      <Deliveries version={version} onSent={onSent} />
    </>
  );
}

function WebhookState({ webhook }: { webhook: Webhook }) {
  const { updatedAt, previousSecretUntil, failingSince, disabledAt } = webhook;
  return (
    <>
      {disabledAt && <Banner kind="error">{t("switched_off")}</Banner>}
      {failingSince && !disabledAt && <Banner kind="warning">{t("failing", { when: formatDate(failingSince) })}</Banner>}
      <p class="quiet">
        {t("set_on", { when: formatDate(updatedAt) })}
        {previousSecretUntil && ` · ${t("previous_until", { when: formatDate(previousSecretUntil) })}`}
      </p>
    </>
  );
}

function TestResult({ tested }: { tested: { delivery: Delivery } | { error: unknown } }) {
  if ("error" in tested) return <Banner kind="error">{problemText(tested.error)}</Banner>;
  const last = tested.delivery.attempts.at(-1);
  if (!last) return <Banner kind="info">{t("test_waits")}</Banner>;
  const isOk = tested.delivery.status === "delivered";
  return <Banner kind={isOk ? "info" : "warning"}>{attemptText(last)}</Banner>;
}
