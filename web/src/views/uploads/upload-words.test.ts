// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import type { UploadItem } from "../../upload/types";
import { share, stateInWords, timeInWords } from "./upload-words";

const item: UploadItem = { id: "1", name: "clip.mp4", bytes: 1_000_000_000, sent: 640_000_000, state: "sending" };

describe("stateInWords", () => {
  it("says how far an upload is", () => {
    expect(stateInWords({ ...item, bytesPerSecond: 12_400_000, secondsLeft: 41 })).toBe("64% · 12.4 MB/s · about 40 s left");
    expect(stateInWords(item)).toBe("64%");
    expect(stateInWords({ ...item, sent: 0 })).toBe("Starting…");
  });

  it("says how far an upload is that waits", () => {
    expect(stateInWords({ ...item, state: "waiting", sent: 0 })).toBe("Waiting for its turn");
    expect(stateInWords({ ...item, state: "waiting" })).toBe("Waiting at 64%");
    expect(stateInWords({ ...item, state: "waiting", sent: item.bytes })).toMatch(/^All has been sent/);
  });

  it("says what to do in every other state", () => {
    expect(stateInWords({ ...item, state: "needs_file" })).toBe("Choose clip.mp4 to go on: 640 MB of 1 GB have arrived.");
    expect(stateInWords({ ...item, state: "needs_file", handleNeedsPermission: true })).toMatch(/^Allow reading/);
    for (const state of ["waiting", "paused", "offline", "file_changed", "elsewhere", "refused", "arrived"] as const) {
      expect(stateInWords({ ...item, state })).not.toBe("");
    }
  });
});

describe("timeInWords", () => {
  it("rounds what is only an estimate", () => {
    for (const [seconds, words] of [[0.2, "1 s"], [9, "9 s"], [41, "40 s"], [58, "1 min"], [190, "3 min"], [7500, "2 h 5 min"]] as const) {
      expect(timeInWords(seconds)).toBe(words);
    }
  });
});

describe("share", () => {
  it("stays between 0 and 1", () => {
    expect(share({ ...item, sent: 2_000_000_000 })).toBe(1);
    expect(share({ ...item, bytes: 0, sent: 0 })).toBe(0);
  });
});
