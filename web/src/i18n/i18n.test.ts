// @vitest-environment happy-dom
import { effect } from "@preact/signals";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError, OfflineError } from "../api/errors";
import { failureText, problemText } from "./errors";
import { formatBytes, formatDate, formatDuration, formatPercent, formatRate, formatRelative, formatTimecode } from "./format";
import { languageTag, locale, type Message, messages, setLanguage } from "./index";

const modules = import.meta.glob<Record<string, unknown>>("../**/*messages.ts", { eager: true });
const tables = Object.entries(modules).flatMap(([path, module]) =>
  Object.values(module).flatMap((exported) =>
    typeof exported === "function" && "table" in exported
      ? [[path, exported.table as Record<string, Message>] as const]
      : [],
  ),
);

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

afterEach(() => {
  vi.unstubAllGlobals();
  setLanguage("en");
});

describe.each(tables)("the texts of %s", (_path, table) => {
  it("are complete in both languages, with the same values", () => {
    for (const [key, message] of Object.entries(table)) {
      for (const [en, pt] of "one" in message ? [message.one, message.other] : [message]) {
        expect(en.trim(), `${key} in English`).not.toBe("");
        expect(pt.trim(), `${key} in Portuguese`).not.toBe("");
        expect(placeholders(pt), key).toEqual(placeholders(en));
      }
    }
  });
});

it("finds the tables", () => {
  expect(tables.length).toBeGreaterThan(5);
});

it("chooses plurals and formats numbers by the language", () => {
  const t = messages({
    frames: { one: ["{count} frame", "{count} quadro"], other: ["{count} frames", "{count} quadros"] },
    hello: ["Hello, {name}", "Olá, {name}"],
  });
  expect(t("frames", { count: 1 })).toBe("1 frame");
  expect(t("frames", { count: 1024 })).toBe("1,024 frames");
  setLanguage("pt");
  expect(t("frames", { count: 0 })).toBe("0 quadros");
  expect(t("frames", { count: 1 })).toBe("1 quadro");
  expect(t("frames", { count: 1024 })).toBe("1.024 quadros");
  expect(t("hello", { name: "Ada" })).toBe("Olá, Ada");
});

it("remembers the chosen language", () => {
  setLanguage("pt");
  expect(localStorage.getItem("framezip.language")).toBe("pt");
});

it("writes dates as in the reader's own country", () => {
  const date = () => formatDate("2026-11-05T12:00:00Z");
  vi.stubGlobal("navigator", { languages: ["de", "en-GB", "en-US"] });
  expect(locale()).toBe("en-GB");
  expect(date()).toMatch(/^5 Nov 2026/);
  vi.stubGlobal("navigator", { languages: ["en-US@posix", "en-US"] });
  expect(date()).toMatch(/^Nov 5, 2026/);
  setLanguage("pt");
  expect(locale()).toBe("pt-BR");
  expect(languageTag()).toBe("pt-BR");
});

it("formats sizes, rates and shares", () => {
  expect(formatBytes(0)).toBe("0 bytes");
  expect(formatBytes(999_960)).toBe("1 MB");
  expect(formatBytes(12_400_000)).toBe("12.4 MB");
  expect(formatBytes(5_368_709_120)).toBe("5.4 GB");
  expect(formatRate(12_400_000)).toBe("12.4 MB/s");
  expect(formatPercent(0.64)).toBe("64%");
  expect(formatPercent(0.999)).toBe("99%");
  expect(formatPercent(1)).toBe("100%");
  setLanguage("pt");
  expect(formatBytes(12_400_000)).toBe("12,4 MB");
});

it("formats times", () => {
  expect(formatDuration(3723)).toBe("1:02:03");
  expect(formatDuration(59.6)).toBe("1:00");
  expect(formatTimecode(62.5)).toBe("00:01:02.500");
  expect(formatTimecode(3599.9999)).toBe("01:00:00.000");
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  expect(formatRelative(inDays(12))).toBe("in 12 days");
  expect(formatRelative(new Date(Date.now() - 181_000).toISOString())).toBe("3 minutes ago");
  expect(formatRelative(new Date().toISOString())).toBe("now");
});

it("counts days by the calendar", () => {
  vi.useFakeTimers({ now: new Date(2026, 10, 23, 10) });
  const at = (day: number, hour: number) => formatRelative(new Date(2026, 10, day, hour).toISOString());
  expect([at(24, 11), at(25, 9), at(25, 11), at(26, 9)]).toEqual(["tomorrow", "in 2 days", "in 2 days", "in 3 days"]);
  expect([at(22, 9), at(21, 11), at(21, 1)]).toEqual(["yesterday", "2 days ago", "2 days ago"]);
  expect(at(24, 9)).toBe("in 23 hours");
  setLanguage("pt");
  expect([at(24, 11), at(25, 9), at(22, 9), at(21, 11)]).toEqual(["amanhã", "depois de amanhã", "ontem", "anteontem"]);
  vi.useRealTimers();
});

it.each([
  ["a day of 23 hours", "2026-03-28T23:30", "2026-03-31T00:30", "in 3 days"],
  ["a day of 25 hours", "2026-10-24T00:30", "2026-10-26T23:30", "in 2 days"],
])("counts %s as one day", (_, now, then, shown) => {
  vi.stubEnv("TZ", "Europe/Lisbon");
  vi.useFakeTimers({ now: new Date(now) });
  expect(formatRelative(new Date(then).toISOString())).toBe(shown);
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

it("formats the time again each minute", () => {
  vi.useFakeTimers();
  const now = new Date().toISOString();
  const shown: string[] = [];
  const stop = effect(() => void shown.push(formatRelative(now)));
  vi.advanceTimersByTime(61_000);
  stop();
  expect(shown).toEqual(["now", "1 minute ago"]);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

it("has words for problems and failures, also for unknown ones", () => {
  expect(problemText(new OfflineError())).toMatch(/connection/);
  expect(problemText(new ApiError(429, "throttled", { retryAfterSeconds: 1 }))).toMatch(/in 1 second\./);
  expect(problemText(new ApiError(418, "teapot"))).toBe("Something went wrong. Try again.");
  expect(problemText(new TypeError("x"))).toBe("Something went wrong. Try again.");
  expect(failureText({ code: "encrypted", message: "…" }).reason).toMatch(/protected/);
  expect(failureText({ code: "new_code" as "internal", message: "From a newer server." }).reason).toMatch(/newer/);
});
