import { chooseLanguage, mailLanguage } from "../../auth/mail-language";
import { language } from "../../i18n";
import { languageNames } from "../../shell/account-menu";
import { setTheme, theme } from "../../theme";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Segmented } from "../../ui/segmented";
import { t } from "./messages";
import { Section } from "./section";

/** The choice of language and theme. */
export function AppearanceSection() {
  const mails = mailLanguage.value;
  return (
    <Section title={t("appearance")}>
      <Segmented
        label={t("language")}
        value={language.value}
        onChange={chooseLanguage}
        options={[
          { value: "en", label: languageNames.en },
          { value: "pt", label: languageNames.pt },
        ]}
      />
      {mails !== undefined && mails !== language.value && (
        // signed up in a browser with the other language
        <Banner
          kind="info"
          action={<Button onClick={() => chooseLanguage(language.peek())}>{t("mail_language_same")}</Button>}
        >
          {t("mail_language_other")}
        </Banner>
      )}
      <Segmented
        label={t("theme")}
        value={theme.value}
        onChange={setTheme}
        options={[
          { value: "system", label: t("theme_system") },
          { value: "light", label: t("theme_light") },
          { value: "dark", label: t("theme_dark") },
        ]}
      />
    </Section>
  );
}
