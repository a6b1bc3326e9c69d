import { api, result } from "./client";
import type { MailPreferences, MailSettings } from "./types";

/** Returns which mails the user gets, and whether they arrive. */
export function readMail(signal: AbortSignal): Promise<MailSettings> {
  return result(api.GET("/mail", { signal }));
}

/** Sets which mails the user gets. After a bounce or a complaint, mails are tried again. */
export function setMail(preferences: MailPreferences): Promise<MailSettings> {
  return result(api.PUT("/mail", { body: preferences }));
}
