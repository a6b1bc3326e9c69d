import { session } from "../../auth/session";
import { AccountSection } from "./account-section";
import { AppearanceSection } from "./appearance-section";
import { t } from "./messages";
import { Section } from "./section";
import "./settings-page.css";
import { WebhookSection } from "./webhook-section";

/** The view of the settings. */
export default function SettingsPage() {
  return (
    <div class="settings-page">
      <h1>{t("heading")}</h1>
      <AppearanceSection />
      <Section title={t("mail")}>
        <p>{t("mail_text", { email: session.value?.email ?? "" })}</p>
        <p class="quiet">{t("mail_none")}</p>
      </Section>
      <WebhookSection />
      <AccountSection />
    </div>
  );
}
