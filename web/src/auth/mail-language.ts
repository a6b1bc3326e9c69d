import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { type Language, languageOf, languageTag, setLanguage } from "../i18n";
import { toast } from "../ui/toast";
import { t } from "./account-messages";
import { saveLocale, session } from "./session";

let saving: Promise<void> = Promise.resolve();
const saves = signal(0);

/** The language of the user's mails, if it is one of the page's. Unknown while another one is being saved. */
export const mailLanguage: ReadonlySignal<Language | undefined> = computed(() =>
  saves.value > 0 ? undefined : languageOf(session.value?.locale ?? ""),
);

/** Changes the language of the page and of the mails. If the mails' language cannot be saved, it stays as it was. */
export function chooseLanguage(chosen: Language): void {
  setLanguage(chosen);
  saves.value += 1;
  // one save at a time, so that the last choice is also the last one to arrive
  saving = saving
    .then(() => saveLocale(languageTag))
    .catch(() => void toast(t("locale_not_saved")))
    .finally(() => {
      saves.value -= 1;
    });
}
