import { type Language, language, setLanguage } from "../i18n";
import { saveLocale } from "./session";

/** The attribute `locale` for each language. The mails exist in these two. */
const LOCALES: Record<Language, "en" | "pt-BR"> = { en: "en", pt: "pt-BR" };

let saving: Promise<void> = Promise.resolve();

/** Changes the language of the page and of the mails. If the mails' language cannot be saved, it stays as it was. */
export function chooseLanguage(chosen: Language): void {
  setLanguage(chosen);
  // one save at a time, so that the last choice is also the last one to arrive
  saving = saving.then(() => saveLocale(() => LOCALES[language.peek()])).catch(() => undefined);
}
