import type { ExtractionOptions, Position } from "../../api/types";
import { messages } from "../../i18n";
import { formatDuration, formatNumber } from "../../i18n/format";
import { parseFraction, toNumber } from "./fraction";
import { choiceOf } from "./options-form-of";
import { parsePlace } from "./position";

const t = messages({
  auto: ["Frames picked automatically", "Quadros escolhidos automaticamente"],
  every: { one: ["One frame every second", "Um quadro por segundo"], other: ["One frame every {count} s", "Um quadro a cada {count} s"] },
  fps: { one: ["One frame a second", "Um quadro por segundo"], other: ["{count} frames a second", "{count} quadros por segundo"] },
  count: { one: ["One frame", "Um quadro"], other: ["{count} frames, evenly spread", "{count} quadros distribuídos por igual"] },
  at: { one: ["The frame at one time", "O quadro de um tempo"], other: ["Frames at {count} times", "Quadros em {count} tempos"] },
  keyframes: ["Keyframes", "Quadros-chave"],
  scenes: ["Scenes", "Cenas"],
  between: ["from {from} to {to}", "de {from} a {to}"],
  from: ["from {from}", "a partir de {from}"],
  to: ["up to {to}", "até {to}"],
  within: ["within {width} × {height}", "até {width} × {height}"],
  width: ["{width} px wide", "{width} px de largura"],
  height: ["{height} px high", "{height} px de altura"],
  quality: ["quality {quality}", "qualidade {quality}"],
  skip_blank: ["without blank frames", "sem quadros vazios"],
  sheet: ["contact sheet", "folha de contato"],
  storyboard: ["storyboard", "storyboard"],
});

/** Returns the options of a video in words: "One frame every 2 s · 640 px wide · contact sheet". */
export function optionsInWords(options: ExtractionOptions): string {
  const { width, height, format, quality } = options;
  const parts = [choiceInWords(options), rangeInWords(options)];
  if (width && height) parts.push(t("within", { width: String(width), height: String(height) }));
  else if (width) parts.push(t("width", { width: String(width) }));
  else if (height) parts.push(t("height", { height: String(height) }));
  if (format === "png") parts.push("PNG");
  if (format === "webp") parts.push("WebP");
  if (quality && quality !== 85) parts.push(t("quality", { quality }));
  if (options.skipBlank) parts.push(t("skip_blank"));
  if (options.sheet) parts.push(t("sheet"));
  if (options.storyboard) parts.push(t("storyboard"));
  return parts.filter((part) => part !== undefined).join(" · ");
}

function choiceInWords(options: ExtractionOptions): string {
  const choice = choiceOf(options);
  switch (choice) {
    case "every": {
      const { every, fps } = options;
      return typeof every === "number" || typeof every === "string"
        ? t("every", { count: numberOf(every) })
        : t("fps", { count: numberOf(fps ?? 1) });
    }
    case "count":
      return t("count", { count: options.count ?? 1 });
    case "at":
      return t("at", { count: options.at?.length ?? 0 });
    default:
      return t(choice);
  }
}

function numberOf(value: number | string): number {
  const fraction = parseFraction(String(value));
  return fraction ? Math.round(toNumber(fraction) * 1000) / 1000 : Number(value);
}

function rangeInWords({ from, to }: ExtractionOptions): string | undefined {
  const [start, end] = [placeInWords(from), placeInWords(to)];
  if (start && end) return t("between", { from: start, to: end });
  if (start) return t("from", { from: start });
  return end && t("to", { to: end });
}

function placeInWords(place: Position | null | undefined): string | undefined {
  if (place === null || place === undefined) return undefined;
  const parsed = parsePlace(String(place));
  if (parsed?.kind !== "seconds") return String(place);
  const seconds = toNumber(parsed.seconds);
  return Number.isInteger(seconds) ? formatDuration(seconds) : `${formatNumber(seconds)} s`;
}
