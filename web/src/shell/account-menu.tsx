import { Check, CircleUserRound, LogOut, SunMoon } from "lucide";
import { chooseLanguage } from "../auth/mail-language";
import { session, signOut } from "../auth/session";
import { type Language, language } from "../i18n";
import { setTheme, type Theme, theme } from "../theme";
import { Menu, type MenuItem } from "../ui/menu";
import { t } from "./messages";

/** Languages are named in themselves, so that everyone finds their own. */
export const languageNames: Record<Language, string> = { en: "English", pt: "Português" };

/** The menu at the end of the header: the user, language, theme, and sign-out. */
export function AccountMenu() {
  const user = session.value;
  const languages = (Object.keys(languageNames) as Language[]).map((name) =>
    choice(languageNames[name], language.value === name, () => chooseLanguage(name)),
  );
  const themes = (["system", "light", "dark"] as const satisfies Theme[]).map((name) =>
    choice(t(`theme_${name}`), theme.value === name, () => setTheme(name)),
  );
  const items = [...languages, ...separated(themes)];
  if (!user) return <Menu label={t("appearance")} icon={SunMoon} items={items} />;

  const out: MenuItem = { label: t("sign_out"), icon: LogOut, separated: true, onSelect: () => void signOut() };
  return <Menu label={t("account")} icon={CircleUserRound} heading={user.email} items={[...items, out]} />;
}

function choice(label: string, checked: boolean, onSelect: () => void): MenuItem {
  return { label, checked, onSelect, ...(checked ? { icon: Check } : {}) };
}

function separated(items: MenuItem[]): MenuItem[] {
  return items.map((item, index) => (index === 0 ? { ...item, separated: true } : item));
}
