import { expect, it } from "vitest";
import { contentTypeOf } from "./source-file";

it.each([
  ["a.mp4", "video/mp4", "video/mp4"],
  ["A.MKV", "", "video/x-matroska"],
  ["a.b.m2ts", "", "video/mp2t"],
  ["a.mov", "video/*", "video/quicktime"],
  ["a.txt", "", "application/octet-stream"],
  ["mp4", "", "application/octet-stream"],
  [".mp4", "", "application/octet-stream"],
])("the media type of %s (%s) is %s", (name, type, expected) => {
  expect(contentTypeOf(new File([], name, { type }))).toBe(expected);
});
