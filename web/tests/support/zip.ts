/** The zips of the API and of the page, read by other code than the page's own. */

/** A frame as `frames.json` lists it. */
export interface ManifestFrame {
  file: string;
  time: number;
  width: number;
  height: number;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;

/** Returns the entries of a zip without compression, by their names. */
export function readZip(zip: Buffer): Map<string, Buffer> {
  const end = zip.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  if (end < 0 || zip.readUInt32LE(end) !== END) throw new Error("This is not a zip.");
  const entries = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (zip.readUInt32LE(at) !== ENTRY) throw new Error("The zip's directory is damaged.");
    if (zip.readUInt16LE(at + 10) !== 0) throw new Error("An entry is compressed.");
    const bytes = zip.readUInt32LE(at + 24);
    const [name, extra, comment] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field)) as [number, number, number];
    const local = zip.readUInt32LE(at + 42);
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    entries.set(zip.toString("utf8", at + 46, at + 46 + name), zip.subarray(data, data + bytes));
    at += 46 + name + extra + comment;
  }
  return entries;
}

/** Returns the frames of a zip of the API, in time order. */
export function framesOf(entries: ReadonlyMap<string, Buffer>): ManifestFrame[] {
  const manifest = entries.get("frames.json");
  if (!manifest) throw new Error("The zip has no frames.json.");
  return (JSON.parse(manifest.toString()) as { frames: ManifestFrame[] }).frames;
}

/** Returns the time in the form that the page shows, such as 00:00:02.000. */
export function timecode(seconds: number): string {
  return new Date(Math.round(seconds * 1000)).toISOString().slice(11, 23);
}
