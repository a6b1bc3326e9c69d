/**
 * Writes the compressed forms of the built page next to its files: `x.js.br` and `x.js.gz` next to `x.js`.
 * `functions/api/build.rs` embeds them.
 */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** A compressed form is kept if it saves at least this share. JPEG files save less: they are compressed already. */
const LEAST_SAVING = 0.1;
const FORMS = { ".br": brotli, ".gz": (bytes) => gzipSync(bytes, { level: 9 }) };

function brotli(bytes) {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return brotliCompressSync(bytes, { params });
}

const dist = join(import.meta.dirname, "../dist");
for (const name of readdirSync(dist, { recursive: true })) {
  const path = join(dist, name);
  if (!statSync(path).isFile()) continue;
  if (Object.keys(FORMS).some((ending) => name.endsWith(ending))) {
    rmSync(path);
    continue;
  }
  const bytes = readFileSync(path);
  for (const [ending, compress] of Object.entries(FORMS)) {
    const compressed = compress(bytes);
    if (compressed.length <= bytes.length * (1 - LEAST_SAVING)) writeFileSync(path + ending, compressed);
  }
}
