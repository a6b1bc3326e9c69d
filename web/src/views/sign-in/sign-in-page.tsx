import { AccountForm } from "./account-form";
import { t } from "./messages";
import "./sign-in-page.css";

// a glob, because the build must not fail where the picture has not been made yet
const sheets = import.meta.glob<string>("./sheet.jpg", { eager: true, query: "?url", import: "default" });
const sheet = Object.values(sheets)[0];

/** The view of a visitor: what framezip does, and the form. */
export function SignInPage() {
  return (
    <div class="sign-in-page">
      <h1 class="sign-in-page-sentence">{t("sentence")}</h1>
      <div class="sign-in-page-sheet">
        {sheet && <img class="sign-in-page-picture" src={sheet} width={1280} height={900} alt={t("sheet")} decoding="async" />}
      </div>
      <div class="sign-in-page-form">
        <AccountForm />
      </div>
    </div>
  );
}
