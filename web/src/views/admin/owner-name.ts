import { session } from "../../auth/session";
import { t } from "./messages";

/** Returns a short name for a user: the API has only the id. */
export function ownerName(user: string): string {
  return user === session.value?.userId ? t("you") : user.slice(0, 8);
}
