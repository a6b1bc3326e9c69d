import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");

type Theme = "light" | "dark";

/** The two values of each colour, read from the style sheet. */
const colours = new Map<string, Record<Theme, string>>();
for (const [, name = "", light = "", dark = ""] of css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)) {
  colours.set(name, { light, dark });
}

/** Relative luminance as in WCAG 2. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(theme: Theme, one: string, other: string): number {
  const [a, b] = [one, other].map((name) => {
    const colour = colours.get(name);
    if (!colour) throw new Error(`tokens.css has no colour --${name}`);
    return luminance(colour[theme]);
  }) as [number, number];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const surfaces = ["bg", "surface", "surface-2"];
const texts = ["text", "text-quiet", "accent", "accent-strong", "danger", "warning", "success"];
const softs = ["accent", "danger", "warning", "success"];

const textPairs = [
  ...texts.flatMap((text) => surfaces.map((surface) => [text, surface] as const)),
  ...softs.flatMap((tone) => [
    [tone, `${tone}-soft`] as const,
    ["text", `${tone}-soft`] as const,
    ["text-quiet", `${tone}-soft`] as const,
  ]),
  ["on-accent", "accent"] as const,
  ["on-accent", "accent-strong"] as const,
];
const shapePairs = surfaces.flatMap((surface) => [["border-strong", surface] as const, ["focus", surface] as const]);

describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
  it.each(textPairs)("the text %s on %s has a contrast of 4.5 or more", (text, surface) => {
    expect(contrast(theme, text, surface)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(shapePairs)("the shape %s on %s has a contrast of 3 or more", (shape, surface) => {
    expect(contrast(theme, shape, surface)).toBeGreaterThanOrEqual(3);
  });
});
