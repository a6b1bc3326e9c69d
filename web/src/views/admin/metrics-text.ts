/** The server's counters that administrators see. */
export interface Counters {
  ready: number;
  failed: number;
  /** Failed videos by error code, the most frequent first, without zeros. */
  failures: readonly { code: string; count: number }[];
}

/** Reads the counters from the OpenMetrics text of `GET /metrics`. */
export function readCounters(text: string): Counters {
  const status = new Map<string, number>();
  const failures: { code: string; count: number }[] = [];
  // our labels contain no escapes
  for (const [, name, label = "", value] of text.matchAll(/^(framezip_\w+)\{\w+="([^"]*)"\} (\S+)/gm)) {
    const count = Number(value);
    if (name === "framezip_videos_total") status.set(label, count);
    if (name === "framezip_failures_total" && count > 0) failures.push({ code: label, count });
  }
  return {
    ready: status.get("ready") ?? 0,
    failed: status.get("failed") ?? 0,
    failures: failures.sort((one, other) => other.count - one.count),
  };
}
