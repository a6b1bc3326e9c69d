import { type ReadonlySignal, signal } from "@preact/signals";
import { readItem, removeItem, writeItem } from "./storage";

/** The choice of colours; `system` follows the device. */
export type Theme = "system" | "light" | "dark";

const KEY = "framezip.theme";
const current = signal<Theme>(stored());

/** The chosen theme. */
export const theme: ReadonlySignal<Theme> = current;

/** Changes the theme and remembers the choice. */
export function setTheme(chosen: Theme): void {
  if (chosen === "system") removeItem("local", KEY);
  else writeItem("local", KEY, chosen);
  current.value = chosen;
  applyTheme();
}

/** Sets the theme on the document. Without a choice, the style sheet follows the device. */
export function applyTheme(): void {
  if (current.peek() === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = current.peek();
}

function stored(): Theme {
  const value = readItem("local", KEY);
  return value === "light" || value === "dark" ? value : "system";
}
