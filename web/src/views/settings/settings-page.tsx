import { AccountSection } from "./account-section";
import { AppearanceSection } from "./appearance-section";
import { MailSection } from "./mail-section";
import { t } from "./messages";
import "./settings-page.css";
import { WebhookSection } from "./webhook-section";

/** The view of the settings. */
export default function SettingsPage() {
  return (
    <div class="settings-page">
      <h1>{t("heading")}</h1>
      <AppearanceSection />
      <MailSection />
      <WebhookSection />
      <AccountSection />
    </div>
  );
}
