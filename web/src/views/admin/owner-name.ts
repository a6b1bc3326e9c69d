import { userId } from "../../auth/user-id";
import { t } from "./messages";

/** Returns a short name for a user: the API has only the id. */
export function ownerName(user: string): string {
  return isOwn(user) ? t("you") : user.slice(0, 8);
}

/** Returns whether a user is the one who is signed in. */
export function isOwn(user: string): boolean {
  return user === userId.value;
}
