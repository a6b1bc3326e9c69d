import { ApiError } from "../../api/errors";
import { problemText } from "../../i18n/errors";
import { t } from "./messages";

/** The server explains in English; these are its sentences that a user may meet. */
const reasons = [
  [/cannot be resolved/, "reason_name"],
  [/public internet/, "reason_private"],
  [/did not answer within/, "reason_late"],
  [/connection failed/, "reason_connection"],
] as const;

const urlErrors = [
  [/begin with https/, "url_scheme"],
  [/at most/, "url_long"],
  [/user name/, "url_user"],
  [/fragment/, "url_fragment"],
  [/public internet/, "url_private"],
  [/must be a URL/, "url_not"],
] as const;

/** Returns why a test event did not arrive, in the reader's language. */
export function testErrorText(error: unknown): string {
  if (!(error instanceof ApiError) || error.code !== "webhook_unreachable") return problemText(error);
  const key = reasons.find(([pattern]) => pattern.test(error.message))?.[1];
  return `${t("unreachable")} ${key ? t(key) : error.message}`;
}

/** Returns what is wrong with a URL that the server refused, or `undefined` if something else failed. */
export function urlErrorText(error: unknown): string | undefined {
  if (!(error instanceof ApiError) || error.code !== "invalid_request") return undefined;
  const detail = error.problem?.errors?.find(({ field }) => field === "url")?.detail ?? error.message;
  const key = urlErrors.find(([pattern]) => pattern.test(detail))?.[1];
  return key ? t(key) : detail;
}
