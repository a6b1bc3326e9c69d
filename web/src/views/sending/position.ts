import { compare, fromSeconds, parseFraction, times, toJson, whole, type Fraction } from "./fraction";

/** A place in a video: seconds from its first frame, or a share of its length. */
export type Place =
  | { readonly kind: "seconds"; readonly seconds: Fraction }
  | { readonly kind: "share"; readonly percent: Fraction };

/**
 * Reads a time as the server does: seconds (`5`, `2.5`, `1001/30000`), a timecode (`1:02.5`, `00:01:02.5`) or a
 * share of the length (`50%`). Returns `undefined` for everything else.
 */
export function parsePlace(text: string): Place | undefined {
  const trimmed = text.trim();
  if (trimmed.endsWith("%")) {
    const percent = parseFraction(trimmed.slice(0, -1));
    return percent && compare(percent, whole(100)) <= 0 ? { kind: "share", percent } : undefined;
  }
  const fields = trimmed.split(":");
  const seconds = parseFraction(fields.pop() ?? "");
  if (!seconds || fields.length > 2) return undefined;
  if (fields.length === 0) return { kind: "seconds", seconds };
  if (fields.some((field) => !/^\d{1,7}$/.test(field)) || compare(seconds, whole(60)) >= 0) return undefined;
  const minutes = Number(fields.at(-1));
  if (fields.length === 2 && minutes >= 60) return undefined;
  const above = BigInt(fields.length === 2 ? Number(fields[0]) * 60 + minutes : minutes) * 60n;
  const over = above * seconds.under + seconds.over;
  return over > 4_294_967_295n * seconds.under
    ? undefined
    : { kind: "seconds", seconds: { over, under: seconds.under } };
}

/** Returns what the API takes for this place. */
export function placeToJson(place: Place): number | string {
  return place.kind === "seconds" ? toJson(place.seconds) : `${toJson(place.percent)}%`;
}

/** Returns the seconds from the first frame in a video of this length. */
export function secondsAt(place: Place, length: Fraction): Fraction {
  if (place.kind === "seconds") return place.seconds;
  return times(length, { over: place.percent.over, under: place.percent.under * 100n });
}

/** Whether a range can contain a frame, as far as that is known without the length. */
export function isForward(from: Place | undefined, to: Place | undefined): boolean {
  if (from?.kind === "seconds" && to?.kind === "seconds") return compare(from.seconds, to.seconds) < 0;
  if (from?.kind === "share" && to?.kind === "share") return compare(from.percent, to.percent) < 0;
  return true;
}

/** The length of a video as an exact number, if it is known. */
export function lengthOf(seconds: number | undefined): Fraction | undefined {
  return seconds !== undefined && Number.isFinite(seconds) && seconds > 0 ? fromSeconds(seconds) : undefined;
}
