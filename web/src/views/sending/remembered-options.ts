import { readItem, writeItem } from "../../storage";
import { CHOICES, DEFAULT_FORM, readForm, type OptionsForm, type TilesForm } from "./options";

const KEY = "framezip.options";

/** Returns the options that this browser used last, or the default. What is stored is checked field by field. */
export function rememberedForm(): OptionsForm {
  try {
    return checkedForm(JSON.parse(readItem("local", KEY) ?? "null"));
  } catch {
    return DEFAULT_FORM;
  }
}

/** Keeps the options for the next time. A range and times belong to one video, so they are not kept. */
export function rememberForm(form: OptionsForm): void {
  const choice = form.choice === "at" ? DEFAULT_FORM.choice : form.choice;
  writeItem("local", KEY, JSON.stringify({ ...form, choice, from: "", to: "", at: "" }));
}

/** Returns the form in a stored value. A field of another type or with an invalid value makes it the default. */
export function checkedForm(stored: unknown): OptionsForm {
  const form = sameShape(DEFAULT_FORM, stored);
  if (!form) return DEFAULT_FORM;
  const isKnown =
    CHOICES.includes(form.choice) &&
    ["seconds", "fps"].includes(form.unit) &&
    ["inside", "cover", "fill"].includes(form.fit) &&
    ["jpeg", "png", "webp"].includes(form.format);
  return isKnown && readForm(form).extraction ? form : DEFAULT_FORM;
}

/** Returns the value if it has the fields of the model with their types, without any others. */
function sameShape<T extends OptionsForm | TilesForm>(model: T, value: unknown): T | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  const read: Record<string, unknown> = {};
  for (const [name, expected] of Object.entries(model)) {
    const field = fields[name];
    if (typeof field !== typeof expected) return undefined;
    read[name] = typeof expected === "object" ? sameShape(expected as TilesForm, field) : field;
    if (read[name] === undefined) return undefined;
  }
  return read as unknown as T;
}
