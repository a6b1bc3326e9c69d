import { LogOut } from "lucide";
import { useState } from "preact/hooks";
import { session, signOut, signOutEverywhere } from "../../auth/session";
import { Button } from "../../ui/button";
import { ConfirmDialog } from "../../ui/confirm-dialog";
import { t } from "./messages";
import { Section } from "./section";
import "./account-section.css";

/** The signed-in user, and the ways to sign out. */
export function AccountSection() {
  const [asking, setAsking] = useState(false);
  return (
    <Section title={t("account")}>
      <p>{t("signed_in_as", { email: session.value?.email ?? "" })}</p>
      <div class="account-section-actions">
        <Button icon={LogOut} onClick={() => void signOut()}>
          {t("sign_out")}
        </Button>
        <Button kind="danger" onClick={() => setAsking(true)}>
          {t("everywhere")}
        </Button>
      </div>
      {asking && (
        <ConfirmDialog
          title={t("everywhere_title")}
          confirm={t("everywhere")}
          cancel={t("cancel")}
          onConfirm={signOutEverywhere}
          onClose={() => setAsking(false)}
        >
          <p>{t("everywhere_text")}</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}
