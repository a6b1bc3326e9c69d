import type { ExtractionOptions, Fit, Format } from "../../api/types";
import { compare, inverse, parseFraction, toJson, toNumber, whole, type Fraction } from "./fraction";
import { isForward, parsePlace, placeToJson } from "./position";

/** The ways to choose frames; at most one of them applies. */
export const CHOICES = ["auto", "every", "count", "at", "scenes", "keyframes"] as const;
/** A way to choose frames. */
export type Choice = (typeof CHOICES)[number];

/** A grid of small images as it is typed. */
export interface TilesForm {
  readonly wanted: boolean;
  readonly columns: string;
  readonly rows: string;
  readonly width: string;
}

/** The options as they are typed. Fields that do not apply keep their text, so that nothing typed is lost. */
export interface OptionsForm {
  readonly choice: Choice;
  readonly interval: string;
  /** Whether the interval is the seconds between two frames or the frames in a second. */
  readonly unit: "seconds" | "fps";
  readonly count: string;
  readonly at: string;
  readonly scenes: string;
  readonly from: string;
  readonly to: string;
  readonly width: string;
  readonly height: string;
  readonly fit: Fit;
  readonly format: Format;
  readonly quality: string;
  readonly skipBlank: boolean;
  readonly sheet: TilesForm;
  readonly storyboard: TilesForm;
}

/** The options of an untouched form: a few frames, picked automatically. */
export const DEFAULT_FORM: OptionsForm = {
  choice: "auto",
  interval: "1",
  unit: "seconds",
  count: "20",
  at: "",
  scenes: "0.3",
  from: "",
  to: "",
  width: "",
  height: "",
  fit: "inside",
  format: "jpeg",
  quality: "85",
  skipBlank: false,
  sheet: { wanted: false, columns: "4", rows: "5", width: "320" },
  storyboard: { wanted: false, columns: "10", rows: "10", width: "160" },
};

/** A field of the form with a value that the server would refuse. */
export type Field =
  | Exclude<keyof OptionsForm, "sheet" | "storyboard">
  | `${"sheet" | "storyboard"}.${"columns" | "rows" | "width"}`;

/** The problem of a field. Its words are in the messages next to the form. */
export type FieldProblem = "interval" | "rate" | "count" | "at" | "scenes" | "time" | "later" | "side" | "quality" | "grid" | "tile";

/** The options of a form, or what is wrong with it. */
export interface ReadForm {
  readonly extraction: ExtractionOptions | undefined;
  readonly problems: ReadonlyMap<Field, FieldProblem>;
}

/** Whether both sides are given, without which `fit` has no meaning. */
export function hasBothSides(form: OptionsForm): boolean {
  return form.width.trim() !== "" && form.height.trim() !== "";
}

/** Splits a list of times at commas, semicolons, spaces and line ends. */
export function splitTimes(text: string): string[] {
  return text.split(/[\s,;]+/).filter((time) => time !== "");
}

/** Reads a form into the options of the API. Only the fields that apply are read. */
export function readForm(form: OptionsForm): ReadForm {
  const problems = new Map<Field, FieldProblem>();
  const options: Record<string, unknown> = {};
  readChoice(form, options, problems);
  readRange(form, options, problems);
  readForms(form, options, problems);
  for (const name of ["sheet", "storyboard"] as const) {
    if (form[name].wanted) options[name] = readTiles(name, form[name], problems);
  }
  // the generated type forbids two choices at once, which a form with one choice cannot have
  return { extraction: problems.size === 0 ? (options as ExtractionOptions) : undefined, problems };
}

type Options = Record<string, unknown>;
type Problems = Map<Field, FieldProblem>;

function readChoice(form: OptionsForm, options: Options, problems: Problems): void {
  switch (form.choice) {
    case "auto":
      return;
    case "keyframes":
      options.keyframes = true;
      return;
    case "every": {
      const interval = intervalOf(form);
      if (interval) options[form.unit === "fps" ? "fps" : "every"] = toJson(interval);
      else problems.set("interval", form.unit === "fps" ? "rate" : "interval");
      return;
    }
    case "count":
      put(options, problems, "count", wholeWithin(form.count, 1, 50_000), "count");
      return;
    case "scenes": {
      const scenes = parseFraction(form.scenes);
      const number = scenes && toNumber(scenes);
      put(options, problems, "scenes", number !== undefined && number >= 0.01 && number <= 1 ? number : undefined, "scenes");
      return;
    }
    case "at": {
      const places = splitTimes(form.at).map(parsePlace);
      const known = places.filter((place) => place !== undefined);
      const ok = places.length >= 1 && places.length <= 1000 && known.length === places.length;
      put(options, problems, "at", ok ? known.map(placeToJson) : undefined, "at");
    }
  }
}

/** Returns the interval or rate of a form with the choice `every`, if the server would accept it. */
export function intervalOf(form: OptionsForm): Fraction | undefined {
  const interval = parseFraction(form.interval);
  if (!interval || interval.over === 0n) return undefined;
  const [least, most]: [Fraction, Fraction] =
    form.unit === "fps"
      ? [inverse(whole(86_400)), whole(1000)]
      : [{ over: 1n, under: 1000n }, whole(86_400)];
  return compare(interval, least) >= 0 && compare(interval, most) <= 0 ? interval : undefined;
}

function readRange(form: OptionsForm, options: Options, problems: Problems): void {
  const [from, to] = [parsePlace(form.from), parsePlace(form.to)];
  if (form.from.trim() !== "") put(options, problems, "from", from && placeToJson(from), "time");
  if (form.to.trim() !== "") put(options, problems, "to", to && placeToJson(to), "time");
  if (!isForward(from, to)) problems.set("to", "later");
}

function readForms(form: OptionsForm, options: Options, problems: Problems): void {
  for (const side of ["width", "height"] as const) {
    if (form[side].trim() !== "") put(options, problems, side, wholeWithin(form[side], 16, 8192), "side");
  }
  if (hasBothSides(form) && form.fit !== "inside") options.fit = form.fit;
  if (form.format !== "jpeg") options.format = form.format;
  if (form.format !== "png") put(options, problems, "quality", wholeWithin(form.quality, 1, 100), "quality");
  if (form.skipBlank) options.skipBlank = true;
}

function readTiles(name: "sheet" | "storyboard", tiles: TilesForm, problems: Problems): Options {
  const read: Options = {};
  for (const [key, least, most, problem] of [
    ["columns", 1, 20, "grid"],
    ["rows", 1, 20, "grid"],
    ["width", 16, 640, "tile"],
  ] as const) {
    const value = wholeWithin(tiles[key], least, most);
    if (value === undefined) problems.set(`${name}.${key}`, problem);
    else read[key] = value;
  }
  return read;
}

function put(options: Options, problems: Problems, field: Field, value: unknown, problem: FieldProblem): void {
  if (value === undefined) problems.set(field, problem);
  else options[field] = value;
}

function wholeWithin(text: string, least: number, most: number): number | undefined {
  const number = /^\d{1,6}$/.test(text.trim()) ? Number(text.trim()) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}
