import { ApiError, OfflineError } from "../api/errors";
import { problemText } from "../i18n/errors";
import { t } from "./account-messages";
import { CognitoError } from "./cognito";

/** The fields of the account forms. */
export type AccountField = "email" | "password" | "code";

/** Texts for wrong fields. `form` is about the whole form. */
export type AccountErrors = Partial<Record<AccountField | "form", string>>;

/** Returns what Cognito refused, at the field where it can be put right, in the reader's language. */
export function accountErrors(error: unknown): AccountErrors {
  if (error instanceof OfflineError || error instanceof ApiError) return { form: problemText(error) };
  if (!(error instanceof CognitoError)) return { form: t("unknown") };
  switch (error.kind) {
    case "NotAuthorizedException":
      // Cognito uses one kind for several reasons
      if (/attempts/i.test(error.message)) return { form: t("too_many_attempts") };
      if (/disabled/i.test(error.message)) return { form: t("disabled") };
      if (/cannot be reset/i.test(error.message)) return { form: t("no_reset") };
      if (/signup is not permitted/i.test(error.message)) return { form: t("no_sign_up") };
      return { password: t("wrong_password") };
    case "UserNotFoundException":
      return { email: t("no_such_user") };
    case "UsernameExistsException":
    case "AliasExistsException":
      return { email: t("user_exists") };
    case "CodeMismatchException":
      return { code: t("code_mismatch") };
    case "ExpiredCodeException":
      return { code: t("code_expired") };
    case "InvalidPasswordException":
      return { password: t("password_rule") };
    case "InvalidParameterException":
      if (/reset password/i.test(error.message)) return { form: t("no_reset") };
      if (/password/i.test(error.message)) return { password: t("password_rule") };
      if (/email|username/i.test(error.message)) return { email: t("email_wrong") };
      return { form: t("unknown") };
    case "LimitExceededException":
    case "TooManyRequestsException":
    case "TooManyFailedAttemptsException":
      return { form: t("too_many_attempts") };
    case "CodeDeliveryFailureException":
      return { form: t("code_not_sent") };
    case "Challenge":
      return { form: t("challenge", { name: error.message }) };
    default:
      return { form: t("unknown") };
  }
}

/** Returns what is wrong with an e-mail address before it is sent; Cognito checks the rest. */
export function emailError(email: string): string | undefined {
  if (email === "") return t("email_missing");
  return /^[^\s@]+@[^\s@]+$/.test(email) ? undefined : t("email_wrong");
}

/** Returns what a new password lacks. The rule is that of the user pool in our template. */
export function newPasswordError(password: string): string | undefined {
  if (password === "") return t("password_missing");
  const isStrong = password.length >= 12 && [/\p{Ll}/u, /\p{Lu}/u, /\d/].every((rule) => rule.test(password));
  return isStrong ? undefined : t("password_rule");
}
