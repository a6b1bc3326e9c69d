import { api, result } from "./client";

/** Returns the server's counters as text, for administrators. */
export function readMetrics(signal?: AbortSignal): Promise<string> {
  return result<string>(api.GET("/metrics", { parseAs: "text", signal: signal ?? null }));
}
