/** The kinds that file choosers suggest. They are only a hint: any file may be chosen, and the server looks at the content. */
export const EXTENSIONS = [
  "mp4", "m4v", "mov", "qt", "mkv", "webm", "avi", "wmv", "asf", "flv", "f4v", "ts", "mts", "m2ts", "m2t", "mpg", "mpeg",
  "m1v", "m2v", "vob", "ogv", "ogm", "3gp", "3g2", "mxf", "dv", "rm", "rmvb", "y4m", "ivf", "nut", "gif", "avif", "apng",
] as const;

/** The `accept` of a file input: a phone offers its camera roll for `video/*`. */
export const ACCEPT = ["video/*", ...EXTENSIONS.map((extension) => `.${extension}`)].join(",");

/** Extensions that programs written in TypeScript use, too. */
const AMBIGUOUS = new Set(["ts", "mts"]);

/** Whether a file in a folder is likely to be a video. Files that are chosen one by one are never judged. */
export async function looksLikeVideo(file: File): Promise<boolean> {
  const extension = /\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? "";
  if (AMBIGUOUS.has(extension)) return isTransportStream(file);
  return file.type.startsWith("video/") || (EXTENSIONS as readonly string[]).includes(extension);
}

/** Whether the file begins like MPEG-TS: with a sync byte, after four bytes of time code in Blu-ray's variant. */
async function isTransportStream(file: File): Promise<boolean> {
  const start = new Uint8Array(await file.slice(0, 5).arrayBuffer());
  return start[0] === 0x47 || start[4] === 0x47;
}
