/** For tests: zips with real bytes, and a storage that answers ranged requests for them. */

/** An entry to write. `gap` is the distance that its data pretends to have to the next entry. */
export interface TestEntry {
  name: string;
  data: Uint8Array<ArrayBuffer>;
  gap?: number;
  localExtra?: Uint8Array<ArrayBuffer>;
  method?: number;
}

/** A file whose bytes are zero where nothing was written, so that tests can have large zips. */
export class SparseFile {
  size = 0;
  readonly #writes: { start: number; bytes: Uint8Array }[] = [];

  append(bytes: Uint8Array): void {
    this.#writes.push({ start: this.size, bytes });
    this.size += bytes.length;
  }

  read(start: number, end: number): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(end - start);
    for (const write of this.#writes) {
      const from = Math.max(start, write.start);
      const to = Math.min(end, write.start + write.bytes.length);
      if (from < to) out.set(write.bytes.subarray(from - write.start, to - write.start), from - start);
    }
    return out;
  }
}

function record(...fields: [size: 2 | 4 | 8, value: number][]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else if (size === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += size;
  }
  return new Uint8Array(view.buffer);
}

const text = new TextEncoder();
const mark = (value: number) => Math.min(value, 0xffffffff);

/** Writes a zip as framezip's archive writer does: stored entries, Zip64 where it is needed. */
export function buildZip(entries: TestEntry[]): SparseFile {
  const file = new SparseFile();
  const central: Uint8Array[] = [];
  const locals: Uint8Array[] = [];
  let written = 0;
  const flush = () => {
    file.append(concat(locals.splice(0)));
  };
  for (const { name, data, gap = 0, localExtra = new Uint8Array(), method = 0 } of entries) {
    const path = text.encode(name);
    const shared: [2 | 4, number][] = [
      [2, 1 << 11], [2, method], [2, 0], [2, 33], [4, 0], [4, data.length], [4, data.length], [2, path.length],
    ];
    const local = record([4, 0x04034b50], [2, 10], ...shared, [2, localExtra.length]);
    const far = written >= 0xffffffff;
    const extra = far ? record([2, 1], [2, 8], [8, written]) : new Uint8Array();
    central.push(
      record([4, 0x02014b50], [2, (3 << 8) | 45], [2, far ? 45 : 10], ...shared, [2, extra.length], [2, 0],
        [2, 0], [2, 0], [4, 0o100644 * 65536], [4, mark(written)]),
      path,
      extra,
    );
    locals.push(local, path, localExtra, data);
    written += local.length + path.length + localExtra.length + data.length + gap;
    if (gap) {
      flush();
      file.size += gap;
    }
  }
  flush();
  const directory = concat(central);
  file.append(directory);
  file.append(endOfDirectory(entries.length, directory.length, written));
  return file;
}

function endOfDirectory(count: number, size: number, offset: number): Uint8Array {
  const zip64 = count >= 0xffff || offset >= 0xffffffff;
  const large = zip64
    ? [
        record([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count], [8, size], [8, offset]),
        record([4, 0x07064b50], [4, 0], [8, offset + size], [4, 1]),
      ]
    : [];
  const shown = Math.min(count, 0xffff);
  const end = record([4, 0x06054b50], [2, 0], [2, 0], [2, shown], [2, shown], [4, mark(size)], [4, mark(offset)], [2, 0]);
  return concat([...large, end]);
}

function concat(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A storage with one file. Links are `https://storage.test/zip?link=n`; all but the valid one answer 403. */
export class FakeStorage {
  file: SparseFile;
  eTag = '"one"';
  valid = 1;
  issued = 0;
  readonly requests: { range: string; bytes: number; status: number }[] = [];
  /** Answers the next requests instead of the file, in order. */
  readonly faults: (() => Response)[] = [];

  constructor(file: SparseFile) {
    this.file = file;
  }

  /** Issues the link that is valid. */
  readonly link = (): Promise<string> => {
    this.issued += 1;
    return Promise.resolve(`https://storage.test/zip?link=${this.valid}`);
  };

  readonly fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    init?.signal?.throwIfAborted();
    await Promise.resolve();
    const range = new Headers(init?.headers).get("range") ?? "";
    const fault = this.faults.shift();
    if (fault) {
      this.requests.push({ range, bytes: 0, status: 0 });
      return fault();
    }
    const response = this.#answer(String(input), range);
    this.requests.push({ range, bytes: Number(response.headers.get("content-length")), status: response.status });
    return response;
  };

  #answer(url: string, range: string): Response {
    if (!url.endsWith(`link=${this.valid}`)) return new Response("Request has expired", { status: 403 });
    const { size } = this.file;
    const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
    const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
    const end = from === "" ? size : Math.min(size, Number(to) + 1);
    if (start >= size) return new Response(null, { status: 416 });
    const headers = {
      "content-range": `bytes ${start}-${end - 1}/${size}`,
      "content-length": String(end - start),
      etag: this.eTag,
    };
    return new Response(this.file.read(start, end), { status: 206, headers });
  }
}

/** Returns the entries of a video with a frame every two seconds. */
export function testFrames(count: number, bytes = 20): TestEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const [hours, minutes, seconds] = [Math.floor(index / 1800), Math.floor(index / 30) % 60, (index * 2) % 60];
    const time = [hours, minutes, seconds].map((part) => String(part).padStart(2, "0")).join("-");
    const name = `frames/${String(index + 1).padStart(6, "0")}_${time}.000.jpg`;
    return { name, data: new Uint8Array(bytes).fill(index % 251) };
  });
}
