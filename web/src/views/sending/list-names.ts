import { t } from "./messages";

/** Returns the first names, and how many more there are. */
export function listNames(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? t("and_more", { names: shown, count: names.length - most }) : shown;
}
