/** A number of 0 or more as an exact fraction, because 29.97 frames a second must not drift. */
export interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

/** The server's largest value: that of a 32-bit number. */
const LARGEST = 4_294_967_295n;

/** Zero. */
export const ZERO: Fraction = { over: 0n, under: 1n };

/** Returns a whole number as a fraction. */
export function whole(number: number): Fraction {
  return { over: BigInt(number), under: 1n };
}

/** Returns a measured number of seconds as a fraction, to the microsecond. */
export function fromSeconds(seconds: number): Fraction {
  return { over: BigInt(Math.round(seconds * 1e6)), under: 1_000_000n };
}

/**
 * Reads a number with at most six decimals (`2`, `0.5`, `.5`, `0,5`) or a fraction (`1001/30000`). Returns
 * `undefined` for everything else, as the server refuses it.
 */
export function parseFraction(text: string): Fraction | undefined {
  const trimmed = text.trim();
  const quotient = /^(\d{1,16})\/(\d{1,10})$/.exec(trimmed);
  if (quotient) return checked(BigInt(quotient[1] ?? ""), BigInt(quotient[2] ?? ""));
  const decimal = /^(\d{0,10})(?:[.,](\d{1,6}))?$/.exec(trimmed);
  if (!decimal || trimmed === "") return undefined;
  const decimals = decimal[2] ?? "";
  return checked(BigInt(`${decimal[1] ?? ""}${decimals}` || "0"), 10n ** BigInt(decimals.length));
}

function checked(over: bigint, under: bigint): Fraction | undefined {
  if (under === 0n || under > LARGEST || over > LARGEST * under) return undefined;
  return { over, under };
}

/** Returns the nearest floating-point number. */
export function toNumber({ over, under }: Fraction): number {
  return Number(over) / Number(under);
}

/** Returns what the API takes for this fraction: a number if that is exact, else a text such as `1001/30000`. */
export function toJson(fraction: Fraction): number | string {
  const number = toNumber(fraction);
  const back = parseFraction(String(number));
  return back && compare(back, fraction) === 0 ? number : `${fraction.over}/${fraction.under}`;
}

/** Returns a negative number if `a` is smaller than `b`, 0 if they are equal, else a positive one. */
export function compare(a: Fraction, b: Fraction): number {
  const difference = a.over * b.under - b.over * a.under;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Returns `a - b`, which may be negative. */
export function minus(a: Fraction, b: Fraction): Fraction {
  return { over: a.over * b.under - b.over * a.under, under: a.under * b.under };
}

/** Returns `a × b`. */
export function times(a: Fraction, b: Fraction): Fraction {
  return { over: a.over * b.over, under: a.under * b.under };
}

/** Returns `1 / a`; `a` must not be 0. */
export function inverse({ over, under }: Fraction): Fraction {
  return { over: under, under: over };
}

/** Returns the number of steps 0, d, 2d, … that are smaller than a length. */
export function stepsWithin(length: Fraction, step: Fraction): number {
  if (length.over <= 0n || step.over <= 0n) return 0;
  const over = length.over * step.under;
  const under = length.under * step.over;
  return Number((over + under - 1n) / under);
}
