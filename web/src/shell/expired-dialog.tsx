import { session, signOut } from "../auth/session";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { AccountForm } from "../views/sign-in/account-form";
import "./expired-dialog.css";
import { t } from "./messages";

/** The sign-in form over the page, for the user whose session has ended. What waits goes on afterwards. */
export function ExpiredDialog() {
  const email = session.value?.email;
  return (
    <Dialog title={t("expired_title")}>
      <p class="expired-dialog-text">{t("expired_text")}</p>
      <AccountForm {...(email === undefined ? {} : { fixedEmail: email })} />
      <Button kind="quiet" class="expired-dialog-out" onClick={() => void signOut()}>
        {t("sign_out")}
      </Button>
    </Dialog>
  );
}
