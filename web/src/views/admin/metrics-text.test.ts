import { expect, it } from "vitest";
import { readCounters } from "./metrics-text";

it("reads the videos by status and the failures by code, the most frequent first", () => {
  const text = [
    "# TYPE framezip_videos counter",
    'framezip_videos_total{status="created"} 12',
    'framezip_videos_total{status="ready"} 7',
    'framezip_videos_total{status="failed"} 4',
    'framezip_failures_total{code="not_a_video"} 1',
    'framezip_failures_total{code="encrypted"} 0',
    'framezip_failures_total{code="too_long"} 3',
    "framezip_frames_total 900",
    "# EOF",
  ].join("\n");
  expect(readCounters(text)).toEqual({
    ready: 7,
    failed: 4,
    failures: [
      { code: "too_long", count: 3 },
      { code: "not_a_video", count: 1 },
    ],
  });
});

it("reads an empty text as zeros", () => {
  expect(readCounters("")).toEqual({ ready: 0, failed: 0, failures: [] });
});
