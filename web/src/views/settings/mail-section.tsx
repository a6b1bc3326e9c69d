import { useRef, useState } from "preact/hooks";
import { readMail, setMail } from "../../api/mail";
import type { MailSettings } from "../../api/types";
import { problemText } from "../../i18n/errors";
import { announce } from "../../ui/announce";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Checkbox } from "../../ui/checkbox";
import { Segmented } from "../../ui/segmented";
import { Skeleton } from "../../ui/skeleton";
import { useRead } from "../use-read";
import { t } from "./messages";
import { Section } from "./section";

type Choices = Pick<MailSettings, "mail" | "expiryReminder">;

/** The mails that the user gets. A choice is saved at once. */
export function MailSection() {
  const { data: settings, setData: setSettings, error, setError, again } = useRead(readMail);

  const [refused, setRefused] = useState<Choices>();
  const wanted = useRef<Choices | undefined>(undefined);
  const saved = useRef<MailSettings | undefined>(undefined);
  const saving = useRef(Promise.resolve());

  const put = async (choices: Choices) => {
    // a later choice has come
    if (wanted.current !== choices) return;
    try {
      saved.current = await setMail(choices);
      if (wanted.current !== choices) return;
      announce(t("saved"));
    } catch (failure) {
      if (wanted.current !== choices) return;
      setRefused(choices);
      setError(failure);
    }
    wanted.current = undefined;
    setSettings(saved.current);
  };
  const save = (choices: Choices) => {
    if (!wanted.current) saved.current = settings;
    wanted.current = choices;
    setRefused(undefined);
    setError(undefined);
    if (settings) setSettings({ ...settings, ...choices });
    // one at a time, so that the last choice is also the last one to arrive
    saving.current = saving.current.then(() => put(choices));
  };

  return (
    <Section title={t("mail")}>
      {error !== undefined && (
        <Banner kind="error" action={<Button onClick={() => (refused ? save(refused) : again())}>{t("try_again")}</Button>}>
          {problemText(error)}
        </Banner>
      )}
      {settings === undefined && error === undefined && <Skeleton height="116px" />}
      {settings && <MailChoices settings={settings} onChange={save} />}
    </Section>
  );
}

interface MailChoicesProps {
  settings: MailSettings;
  onChange: (preferences: Choices) => void;
}

function MailChoices({ settings, onChange }: MailChoicesProps) {
  const { mail, expiryReminder, email, blocked } = settings;
  return (
    <>
      {blocked && (
        <Banner
          kind="warning"
          action={<Button onClick={() => onChange({ mail, expiryReminder })}>{t("try_again")}</Button>}
        >
          {t(`blocked_${blocked.reason}`, { email })}
        </Banner>
      )}
      <p>{t("mail_text", { email })}</p>
      <Segmented
        label={t("mail_scope")}
        value={mail}
        onChange={(chosen) => onChange({ mail: chosen, expiryReminder })}
        options={[
          { value: "all", label: t("mail_all") },
          { value: "failures", label: t("mail_failures") },
          { value: "none", label: t("mail_none") },
        ]}
      />
      <Checkbox
        label={t("mail_reminder")}
        checked={expiryReminder}
        onChange={(checked) => onChange({ mail, expiryReminder: checked })}
      />
    </>
  );
}
