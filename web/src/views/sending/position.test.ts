import { describe, expect, it } from "vitest";
import { parseFraction, toJson } from "./fraction";
import { rateOf } from "./frame-rate";
import { isForward, parsePlace, placeToJson } from "./position";

describe("parsePlace", () => {
  it("reads every form", () => {
    for (const [text, json] of [
      ["5", 5], [" 2.5 ", 2.5], ["2,5", 2.5], ["1001/30000", "1001/30000"], ["1:02.5", 62.5], ["00:01:02.5", 62.5],
      ["12:00:00", 43_200], ["90:00", 5400], ["50%", "50%"], ["33.3%", "33.3%"], ["0", 0], ["0.000001", 0.000001],
    ] as const) {
      const place = parsePlace(text);
      expect(place && placeToJson(place), text).toBe(json);
    }
  });

  it("refuses everything else", () => {
    for (const text of ["", "-1", "101%", "%", "1:60", "1:60:00", ":5", "1:2:3:4", "1:-5", "noon", "1.1234567", "4294967296"]) {
      expect(parsePlace(text), text).toBeUndefined();
    }
  });

  it("compares what can be compared without the length", () => {
    const forward = (from: string, to: string) => isForward(parsePlace(from), parsePlace(to));
    expect(forward("1", "2")).toBe(true);
    expect(forward("0:02", "2")).toBe(false);
    expect(forward("50%", "40%")).toBe(false);
    expect(forward("50%", "1")).toBe(true);
  });
});

describe("toJson", () => {
  it("gives a number only if it is exact", () => {
    for (const [text, json] of [["0.1", 0.1], ["1/2", 0.5], ["1/3", "1/3"], ["30000/1001", "30000/1001"]] as const) {
      const fraction = parseFraction(text);
      expect(fraction && toJson(fraction)).toBe(json);
    }
  });
});

describe("rateOf", () => {
  const shown = (rate: number, every = 1, round = (time: number) => time) =>
    Array.from({ length: 9 }, (_, index) => ({
      mediaTime: round((index * every) / rate),
      presentedFrames: index * every,
    }));

  it("recognizes common rates, with rounded times and frames that were not seen", () => {
    expect(rateOf(shown(30_000 / 1001))).toBeCloseTo(29.97, 3);
    expect(rateOf(shown(25, 3))).toBe(25);
    expect(rateOf(shown(60, 1, (time) => Math.round(time * 1000) / 1000))).toBeCloseTo(60, 0);
  });

  it("says nothing after too few frames", () => {
    expect(rateOf(shown(30).slice(0, 4))).toBeUndefined();
    expect(rateOf([])).toBeUndefined();
  });
});
