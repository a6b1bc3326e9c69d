/** The facts in the name of a frame, such as `frames/000001_00-00-02.000.jpg`. */
export interface FrameName {
  /** The number of the chosen time, from 1. */
  index: number;
  /** The presentation time in seconds, exact to the millisecond. */
  time: number;
  /** The media type. */
  type: string;
}

const NAME = /^frames\/(\d+)_(\d+)-(\d\d)-(\d\d)\.(\d{3})\.(jpg|png|webp)$/;
const TYPES: Record<string, string> = { jpg: "image/jpeg", png: "image/png", webp: "image/webp" };

/** Parses the name of an entry. Returns nothing for an entry that is not a frame. */
export function parseFrameName(name: string): FrameName | undefined {
  const match = NAME.exec(name);
  if (!match) return undefined;
  const [index, hours, minutes, seconds, milliseconds] = match.slice(1, 6).map(Number) as [
    number, number, number, number, number,
  ];
  // one division of a whole number gives the double next to the decimal
  const time = (((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds) / 1000;
  return { index, time, type: imageType(name) };
}

/** Returns the media type of an image by its name. */
export function imageType(name: string): string {
  return TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream";
}
