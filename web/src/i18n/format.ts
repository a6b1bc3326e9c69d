import { minute } from "./clock";
import { locale } from "./index";
import { numberFormat } from "./numbers";

/** Units are decimal, as drives, phones and networks state them. */
const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

const spans: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_557_600],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** Returns "12.4 MB". */
export function formatBytes(bytes: number): string {
  const [value, unit] = scaled(bytes);
  return number(value, { style: "unit", unit, unitDisplay: unit === "byte" ? "long" : "short", ...digits(value, unit) });
}

/** Returns "12.4 MB/s". */
export function formatRate(bytesPerSecond: number): string {
  const [value, unit] = scaled(bytesPerSecond);
  return number(value, { style: "unit", unit: `${unit}-per-second`, unitDisplay: "short", ...digits(value, unit) });
}

/** Returns "1,024". */
export function formatNumber(value: number): string {
  return number(value, { maximumFractionDigits: 2 });
}

/** Returns "64%" for 0.64. A share below one whole is never shown as 100%. */
export function formatPercent(share: number): string {
  const shown = share < 1 ? Math.min(share, 0.99) : share;
  return number(shown, { style: "percent", maximumFractionDigits: 0 });
}

/** Returns "1:02:03" or "2:03". */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** Returns "00:01:02.500", which our API takes as a time. */
export function formatTimecode(seconds: number): string {
  const ms = Math.round(seconds * 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const fraction = String(ms % 1000).padStart(3, "0");
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}.${fraction}`;
}

/** Returns "21 Nov 2026, 12:00" in the reader's time zone. */
export function formatDate(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

/** Returns "in 12 days", "tomorrow", "3 minutes ago" or "now". A component that shows it is rendered again each minute. */
export function formatRelative(iso: string): string {
  void minute.value;
  const [now, time] = [Date.now(), Date.parse(iso)];
  const seconds = (time - now) / 1000;
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  for (const [unit, length] of spans) {
    if (Math.abs(seconds) < length) continue;
    return format.format(unit === "day" ? daysBetween(now, time) : Math.trunc(seconds / length), unit);
  }
  return format.format(0, "second");
}

/** Returns the number of midnights between two times, since "tomorrow" is the next day, not the time in 24 hours. */
function daysBetween(from: number, to: number): number {
  const midnight = (time: number) => new Date(time).setHours(0, 0, 0, 0);
  // a day with a change of the clock has 23 or 25 hours
  return Math.round((midnight(to) - midnight(from)) / 86_400_000);
}

function scaled(bytes: number): readonly [number, (typeof units)[number]] {
  let value = Math.max(bytes, 0);
  let index = 0;
  // 999.95 would be rounded to 1,000
  while (value >= 999.95 && index < units.length - 1) {
    value /= 1000;
    index += 1;
  }
  return [value, units[index] ?? "byte"];
}

function digits(value: number, unit: string): Intl.NumberFormatOptions {
  return { maximumFractionDigits: unit === "byte" || value >= 100 ? 0 : 1 };
}

function number(value: number, options: Intl.NumberFormatOptions): string {
  return numberFormat(locale(), options).format(value);
}
