import { type ReadonlySignal, signal } from "@preact/signals";
import { readItem, writeItem } from "../storage";
import { numberFormat } from "./numbers";

/** The languages of the page. */
export type Language = "en" | "pt";

type Pair = readonly [en: string, pt: string];

/** A text in both languages; with `one` and `other`, the value `count` chooses. */
export type Message = Pair | { readonly one: Pair; readonly other: Pair };

/** Returns the text of a key in the current language, with its values put in. */
export interface Translate<K extends string> {
  (key: K, values?: Record<string, string | number>): string;
  readonly table: Readonly<Record<K, Message>>;
}

const KEY = "framezip.language";
const locales: Record<Language, string> = { en: "en", pt: "pt-BR" };

const current = signal<Language>(firstLanguage());

/** The chosen language. A component that reads it, or any text, is rendered again when it changes. */
export const language: ReadonlySignal<Language> = current;

/** Changes the language and remembers the choice. */
export function setLanguage(chosen: Language): void {
  writeItem("local", KEY, chosen);
  current.value = chosen;
}

/** Returns the language in which the texts are written, for the attribute `lang` and the language of mails. */
export function languageTag(): string {
  return locales[current.value];
}

/** Returns the reader's own locale in the chosen language, for `Intl`: British dates for `en-GB`. */
export function locale(): string {
  return wantedLocales().find((name) => languageOf(name) === current.value) ?? languageTag();
}

/** Makes the texts of a view from a table with both languages side by side. */
export function messages<K extends string>(table: Record<K, Message>): Translate<K> {
  const translate = (key: K, values: Record<string, string | number> = {}) => {
    const message: Message = table[key];
    const pair = "one" in message ? message[plural(values["count"])] : message;
    return fill(pair[current.value === "en" ? 0 : 1], values);
  };
  return Object.assign(translate, { table });
}

function plural(count: string | number | undefined): "one" | "other" {
  // in Portuguese the plural's rules take 0 for one, but "one" is written as a word here
  return Number(count) === 1 ? "one" : "other";
}

function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? numberFormat(locale()).format(value) : value;
  });
}

function firstLanguage(): Language {
  const stored = readItem("local", KEY);
  if (stored === "en" || stored === "pt") return stored;
  return wantedLocales().map(languageOf).find((name) => name !== undefined) ?? "en";
}

function wantedLocales(): readonly string[] {
  return navigator.languages ?? [navigator.language];
}

/** Returns the language of a locale. `Intl` refuses names such as `en-US@posix`, so they have none. */
export function languageOf(name: string): Language | undefined {
  const [, found] = /^(en|pt)(?:-[a-z0-9]{2,8})*$/i.exec(name) ?? [];
  return found?.toLowerCase() as Language | undefined;
}
