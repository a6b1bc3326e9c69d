import type { ZipEntry } from "./directory";
import { ZipUnreadableError } from "./errors";

const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;

/**
 * Returns the data of an entry from the bytes between its offset and its end. The lengths of the name and
 * of the extra fields are those of the local header; the directory's may differ.
 */
export function entryData(entry: ZipEntry, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < LOCAL_HEADER_BYTES || view.getUint32(0, true) !== LOCAL_HEADER) {
    throw new ZipUnreadableError(`${entry.name} has no local header.`);
  }
  const start = LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  const data = bytes.subarray(start, start + entry.bytes);
  if (data.length !== entry.bytes) throw new ZipUnreadableError(`${entry.name} is cut off.`);
  return data;
}
