import { ZipUnreadableError } from "./errors";
import { nextTask } from "./next-task";

/** A small image of a frame: a part of an image in the zip. */
export interface Tile {
  /** The image's name in the zip. */
  readonly image: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A cue of a storyboard: the small image from one time to another. */
export interface Cue extends Tile {
  /** In seconds. */
  readonly from: number;
  readonly to: number;
}

const TIMES = /^(\d+):(\d\d):(\d\d)\.(\d{3}) --> (\d+):(\d\d):(\d\d)\.(\d{3})$/;
const TARGET = /^(.+)#xywh=(\d+),(\d+),(\d+),(\d+)$/;

/** How many lines are parsed before the browser may handle input. */
const SLICE = 4_000;

/** Parses the WebVTT files that framezip writes. Every cue has one line with times and one with its image. */
export async function parseStoryboard(text: string): Promise<Cue[]> {
  const lines = text.split(/\r?\n/);
  if (!lines[0]?.startsWith("WEBVTT")) throw new ZipUnreadableError("The storyboard is not WebVTT.");
  const cues: Cue[] = [];
  for (const [index, line] of lines.entries()) {
    if (index % SLICE === SLICE - 1) await nextTask();
    if (!line.includes(" --> ")) continue;
    const times = TIMES.exec(line)?.slice(1).map(Number);
    const target = TARGET.exec(lines[index + 1] ?? "");
    if (!times || !target) throw new ZipUnreadableError(`The storyboard's line ${index + 1} cannot be read.`);
    const [x, y, width, height] = target.slice(2).map(Number) as [number, number, number, number];
    const [from, to] = [seconds(times.slice(0, 4)), seconds(times.slice(4))];
    cues.push({ from, to, image: target[1] ?? "", x, y, width, height });
  }
  return cues;
}

function seconds([hours = 0, minutes = 0, seconds = 0, milliseconds = 0]: number[]): number {
  return (((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds) / 1000;
}
