// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { setLanguage } from "../../i18n";
import { chosenOptionWords, optionWords } from "./option-words";

beforeEach(() => setLanguage("en"));

describe("optionWords", () => {
  it("says what was asked for", () => {
    expect(optionWords({})).toEqual(["a few frames, picked automatically", "JPEG, quality 85"]);
    expect(optionWords({ every: 2, from: "00:01:00", to: 90, width: 640, format: "png", storyboard: {} })).toEqual([
      "a frame every 2 s", "from 00:01:00", "to 90 s", "at most 640 px wide", "PNG", "storyboard",
    ]);
    expect(optionWords({ fps: "30000/1001", width: 320, height: 180, fit: "cover", quality: 70 })).toEqual([
      "30000/1001 frames a second", "cropped to 320 × 180 px", "JPEG, quality 70",
    ]);
    expect(optionWords({ at: [0, "50%", 2, 3, 4, 5], skipBlank: true })[0]).toBe("at 6 times: 0 s, 50%, 2 s, 3 s, 4 s, …");
  });

  it("can leave out the format and the quality that were not chosen", () => {
    expect(chosenOptionWords({})).toEqual(["a few frames, picked automatically"]);
    expect(chosenOptionWords({ count: 1, format: "jpeg", quality: 85 })).toEqual(["1 frame"]);
    expect(chosenOptionWords({ count: 1, quality: 70 })).toEqual(["1 frame", "JPEG, quality 70"]);
    expect(chosenOptionWords({ count: 1, format: "webp", quality: 85 })).toEqual(["1 frame", "WebP, quality 85"]);
  });

  it("says it in Portuguese, too", () => {
    setLanguage("pt");
    expect(optionWords({ count: 1200 })[0]).toBe("1.200 quadros, bem distribuídos");
    expect(optionWords({ every: 1 })[0]).toBe("um quadro por segundo");
  });
});
