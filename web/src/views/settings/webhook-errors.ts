import { ApiError } from "../../api/errors";
import type { DeliveryAttempt } from "../../api/types";
import { t } from "./messages";

/** The server explains in English; these are its sentences that a user may meet. */
const reasons = [
  [/cannot be resolved/, "reason_name"],
  [/public internet/, "reason_private"],
  [/did not answer within/, "reason_late"],
  [/connection failed/, "reason_connection"],
  [/secret is damaged/, "reason_secret"],
  [/^The webhook's URL/, "reason_url"],
] as const;

const urlErrors = [
  [/begin with https/, "url_scheme"],
  [/at most/, "url_long"],
  [/user name/, "url_user"],
  [/fragment/, "url_fragment"],
  [/public internet/, "url_private"],
  [/must be a URL/, "url_not"],
] as const;

/** Returns what came of an attempt to deliver an event, in the reader's language. */
export function attemptText({ status, error, durationMs }: DeliveryAttempt): string {
  if (status === undefined) {
    const key = reasons.find(([pattern]) => pattern.test(error ?? ""))?.[1];
    return key ? t(key) : (error ?? "");
  }
  // a status is a name and not a number: no separators
  const isOk = status >= 200 && status < 300;
  return t(isOk ? "answered" : "answered_refused", { status: String(status), ms: durationMs });
}

/** Returns what is wrong with a URL that the server refused, or `undefined` if something else failed. */
export function urlErrorText(error: unknown): string | undefined {
  if (!(error instanceof ApiError) || error.code !== "invalid_request") return undefined;
  const detail = error.problem?.errors?.find(({ field }) => field === "url")?.detail ?? error.message;
  const key = urlErrors.find(([pattern]) => pattern.test(detail))?.[1];
  return key ? t(key) : detail;
}
