export { openFrames, type FrameArchive, type FrameEntry } from "./archive";
export { ByteLru } from "./byte-lru";
export type { ZipEntry } from "./directory";
export { LinkRefusedError, ZipChangedError, ZipGoneError, ZipUnreachableError, ZipUnreadableError } from "./errors";
export { ImageCache } from "./image-cache";
export type { ReadOptions } from "./range-source";
export { saveFrames } from "./save";
export type { Cue, Tile } from "./storyboard";
