import { type Language, languageTag, setLanguage } from "../i18n";
import { saveLocale } from "./session";

let saving: Promise<void> = Promise.resolve();

/** Changes the language of the page and of the mails. If the mails' language cannot be saved, it stays as it was. */
export function chooseLanguage(chosen: Language): void {
  setLanguage(chosen);
  // one save at a time, so that the last choice is also the last one to arrive
  saving = saving.then(() => saveLocale(languageTag)).catch(() => undefined);
}
