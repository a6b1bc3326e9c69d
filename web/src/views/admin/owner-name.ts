import { session } from "../../auth/session";
import { t } from "./messages";

/** Returns a short name for a user, who is known by an id only. */
export function ownerName(user: string): string {
  return user === session.value?.userId ? t("you") : user.slice(0, 8);
}
