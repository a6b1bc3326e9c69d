import { apiUrl } from "./base";
import { apiError, OfflineError } from "./errors";
import type { WebConfig } from "./schema";

let loading: Promise<WebConfig> | undefined;

/** Returns the server's settings for signing users in. They are read once; a failed reading is repeated. */
export function config(): Promise<WebConfig> {
  loading ??= read().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function read(): Promise<WebConfig> {
  const response = await fetch(apiUrl("config.json")).catch((error: unknown) => {
    throw new OfflineError(error);
  });
  if (!response.ok) throw apiError(response.status, undefined);
  return (await response.json()) as WebConfig;
}
