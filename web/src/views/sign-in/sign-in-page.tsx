import { AccountForm } from "./account-form";
import { t } from "./messages";
import sheet from "./sheet.jpg";
import "./sign-in-page.css";

/** The view of a visitor: what framezip does, and the form. */
export function SignInPage() {
  return (
    <div class="sign-in-page">
      <h1 class="sign-in-page-sentence">{t("sentence")}</h1>
      <div class="sign-in-page-sheet">
        <img class="sign-in-page-picture" src={sheet} width={1280} height={900} alt={t("sheet")} decoding="async" />
      </div>
      <div class="sign-in-page-form">
        <AccountForm />
      </div>
    </div>
  );
}
