import type { ExtractionOptions, Position } from "../../api/types";
import { messages } from "../../i18n";

const words = messages({
  auto: ["a few frames, picked automatically", "alguns quadros, escolhidos automaticamente"],
  everySecond: ["a frame every second", "um quadro por segundo"],
  every: ["a frame every {value} s", "um quadro a cada {value} s"],
  fps: ["{value} frames a second", "{value} quadros por segundo"],
  count: {
    one: ["{count} frame", "{count} quadro"],
    other: ["{count} frames, evenly spread", "{count} quadros, bem distribuídos"],
  },
  at: { one: ["at {list}", "em {list}"], other: ["at {count} times: {list}", "em {count} tempos: {list}"] },
  keyframes: ["every keyframe", "todos os quadros-chave"],
  scenes: ["the first frame of each scene (from {value})", "o primeiro quadro de cada cena (a partir de {value})"],
  from: ["from {value}", "a partir de {value}"],
  to: ["to {value}", "até {value}"],
  skipBlank: ["without blank frames", "sem quadros vazios"],
  inside: ["within {size}", "dentro de {size}"],
  cover: ["cropped to {size}", "cortado para {size}"],
  fill: ["stretched to {size}", "esticado para {size}"],
  width: ["at most {value} px wide", "até {value} px de largura"],
  height: ["at most {value} px high", "até {value} px de altura"],
  jpeg: ["JPEG, quality {quality}", "JPEG, qualidade {quality}"],
  webp: ["WebP, quality {quality}", "WebP, qualidade {quality}"],
  png: ["PNG", "PNG"],
  sheet: ["contact sheet", "folha de contato"],
  storyboard: ["storyboard", "storyboard"],
});

const DEFAULT_QUALITY = 85;
const LISTED_TIMES = 5;

/** Returns the options that a video was extracted with, as short phrases. */
export function optionWords(options: ExtractionOptions): string[] {
  const { from, to } = options;
  return [
    choice(options),
    from !== null && from !== undefined && words("from", { value: placeText(from) }),
    to !== null && to !== undefined && words("to", { value: placeText(to) }),
    options.skipBlank && words("skipBlank"),
    size(options),
    formatWords(options),
    options.sheet && words("sheet"),
    options.storyboard && words("storyboard"),
  ].filter((phrase) => typeof phrase === "string");
}

/** Returns the options as short phrases, without the format and the quality if they are the defaults. */
export function chosenOptionWords(options: ExtractionOptions): string[] {
  const { format = "jpeg", quality } = options;
  const isDefault = format === "jpeg" && (quality ?? DEFAULT_QUALITY) === DEFAULT_QUALITY;
  const plain = formatWords(options);
  return optionWords(options).filter((phrase) => !isDefault || phrase !== plain);
}

function formatWords({ format, quality }: ExtractionOptions): string {
  return words(format ?? "jpeg", { quality: quality ?? DEFAULT_QUALITY });
}

function choice({ every, fps, count, at, keyframes, scenes }: ExtractionOptions): string {
  if (every) return Number(every) === 1 ? words("everySecond") : words("every", { value: every });
  if (fps) return words("fps", { value: fps });
  if (count) return words("count", { count });
  if (at && at.length > 0) {
    const list = at.slice(0, LISTED_TIMES).map(placeText).join(", ");
    return words("at", { count: at.length, list: at.length > LISTED_TIMES ? `${list}, …` : list });
  }
  if (keyframes) return words("keyframes");
  if (scenes) return words("scenes", { value: scenes });
  return words("auto");
}

function size({ width, height, fit }: ExtractionOptions): string | undefined {
  if (width && height) return words(fit ?? "inside", { size: `${width} × ${height} px` });
  if (width) return words("width", { value: width });
  if (height) return words("height", { value: height });
  return undefined;
}

function placeText(place: Position): string {
  return typeof place === "number" || /^[\d./]+$/.test(place) ? `${place} s` : place;
}
