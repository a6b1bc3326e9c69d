// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import type { ExtractionOptions } from "../../api/types";
import { formOf } from "./options-form-of";
import { DEFAULT_FORM, readForm, type OptionsForm } from "./options";
import { everythingRate, isPreset, presetForm, PRESETS } from "./presets";
import { checkedForm, rememberedForm, rememberForm } from "./remembered-options";

const form = (changes: Partial<OptionsForm>): OptionsForm => ({ ...DEFAULT_FORM, ...changes });
const read = (changes: Partial<OptionsForm>) => readForm(form(changes)).extraction;
const problems = (changes: Partial<OptionsForm>) => Object.fromEntries(readForm(form(changes)).problems);

describe("readForm", () => {
  it("reads each choice", () => {
    const quality = { quality: 85 };
    expect(read({})).toEqual(quality);
    expect(read({ choice: "every", interval: "0.5" })).toEqual({ every: 0.5, ...quality });
    expect(read({ choice: "every", interval: "30000/1001", unit: "fps" })).toEqual({ fps: "30000/1001", ...quality });
    expect(read({ choice: "count", count: "9" })).toEqual({ count: 9, ...quality });
    expect(read({ choice: "at", at: "5, 1:02.5\n50%" })).toEqual({ at: [5, 62.5, "50%"], ...quality });
    expect(read({ choice: "scenes" })).toEqual({ scenes: 0.3, ...quality });
    expect(read({ choice: "keyframes" })).toEqual({ keyframes: true, ...quality });
  });

  it("leaves out what does not apply", () => {
    expect(read({ format: "png", quality: "nonsense" })).toEqual({ format: "png" });
    expect(read({ fit: "cover", width: "640" })).toEqual({ width: 640, quality: 85 });
    expect(read({ choice: "keyframes", count: "0", interval: "" })).toEqual({ keyframes: true, quality: 85 });
    expect(read({ fit: "cover", width: "640", height: "640" })).toMatchObject({ fit: "cover" });
  });

  it("refuses what the server refuses", () => {
    for (const interval of ["0", "0.0009", "86401", "-1", "1e3", "", "0.1234567", "1/0"]) {
      expect(problems({ choice: "every", interval }), interval).toEqual({ interval: "interval" });
    }
    for (const interval of ["0", "1001", "1/86401"]) {
      expect(problems({ choice: "every", unit: "fps", interval }), interval).toEqual({ interval: "rate" });
    }
    for (const count of ["0", "50001", "1.5", ""]) expect(problems({ choice: "count", count })).toEqual({ count: "count" });
    for (const scenes of ["0", "0.009", "1.01"]) expect(problems({ choice: "scenes", scenes })).toEqual({ scenes: "scenes" });
    for (const at of ["", "1, noon", "1 ".repeat(1001)]) expect(problems({ choice: "at", at })).toEqual({ at: "at" });
    expect(problems({ from: "2", to: "1" })).toEqual({ to: "later" });
    expect(problems({ from: "x" })).toEqual({ from: "time" });
    expect(problems({ width: "15", height: "8193" })).toEqual({ width: "side", height: "side" });
    expect(problems({ quality: "101" })).toEqual({ quality: "quality" });
    const sheet = { wanted: true, columns: "21", rows: "0", width: "641" };
    expect(problems({ sheet })).toEqual({ "sheet.columns": "grid", "sheet.rows": "grid", "sheet.width": "tile" });
    expect(problems({ sheet: { ...sheet, wanted: false } })).toEqual({});
  });

  it("accepts the limits", () => {
    for (const interval of ["0.001", "86400"]) expect(read({ choice: "every", interval })).toBeDefined();
    for (const interval of ["1/86400", "1000"]) expect(read({ choice: "every", unit: "fps", interval })).toBeDefined();
    for (const count of ["1", "50000"]) expect(read({ choice: "count", count })).toBeDefined();
    for (const width of ["16", "8192"]) expect(read({ width })).toBeDefined();
    expect(read({ choice: "at", at: "1 ".repeat(1000) })).toBeDefined();
  });
});

describe("formOf", () => {
  it("is the way back", () => {
    const all: ExtractionOptions[] = [
      { quality: 85 },
      { every: "1001/30000", quality: 1 },
      { fps: 2, from: "10%", to: "90%", quality: 85 },
      { count: 9, height: 480, quality: 100, skipBlank: true },
      { at: [5, 62.5, "50%"], width: 64, height: 64, fit: "cover", quality: 85 },
      { scenes: 0.25, format: "webp", quality: 85 },
      { keyframes: true, format: "png", sheet: { columns: 4, rows: 5, width: 320 } },
      { storyboard: { columns: 1, rows: 2, width: 16 }, quality: 85 },
    ];
    for (const options of all) expect(readForm(formOf(options)).extraction).toEqual(options);
  });
});

describe("presets", () => {
  it("are valid and recognize themselves", () => {
    for (const preset of PRESETS) {
      const made = presetForm(preset, form({ choice: "at", at: "x", from: "1" }), [25, undefined]);
      expect(readForm(made).extraction, preset).toBeDefined();
      expect(PRESETS.filter((other) => isPreset(other, made, [25, undefined]))).toEqual([preset]);
    }
  });

  it("choose every frame by a rate above that of the videos", () => {
    expect(everythingRate([25, 30_000 / 1001])).toBe("38");
    expect(everythingRate([25, undefined])).toBe("75");
    expect(everythingRate([])).toBe("75");
    expect(everythingRate([5000])).toBe("1000");
  });
});

describe("remembered options", () => {
  beforeEach(() => localStorage.clear());

  it("are read back without what belongs to one video", () => {
    rememberForm(form({ choice: "count", count: "7", from: "1", to: "2" }));
    expect(rememberedForm()).toEqual(form({ choice: "count", count: "7" }));
  });

  it("are the default if they are not valid", () => {
    const wrong: unknown[] = [
      null, 7, [], {}, { ...DEFAULT_FORM, choice: "none" }, { ...DEFAULT_FORM, count: 7 }, { ...DEFAULT_FORM, sheet: null },
      { ...DEFAULT_FORM, choice: "count", count: "0" }, { ...DEFAULT_FORM, format: "bmp" },
    ];
    for (const stored of wrong) expect(checkedForm(stored)).toEqual(DEFAULT_FORM);
    localStorage.setItem("framezip.options", "{");
    expect(rememberedForm()).toEqual(DEFAULT_FORM);
  });
});
