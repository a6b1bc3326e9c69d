import { useRef, useState } from "preact/hooks";
import {
  type AccountErrors,
  type AccountField,
  accountErrors,
  emailError,
  newPasswordError,
} from "../../auth/account-errors";
import { t as accountText } from "../../auth/account-messages";
import { CognitoError, confirmForgotPassword, confirmSignUp, forgotPassword, resendCode, signUp } from "../../auth/cognito";
import { signIn, staysSignedIn } from "../../auth/session";
import { t } from "./messages";

/** The states of the form. */
export type Step = "sign-in" | "sign-up" | "confirm" | "forgot" | "reset";

/** The values of the fields. They live while the form is shown, and are sent to Cognito only. */
export interface Values {
  email: string;
  password: string;
  code: string;
  stay: boolean;
}

/** The fields of each state of the form. */
export const fieldsOf: Record<Step, readonly AccountField[]> = {
  "sign-in": ["email", "password"],
  "sign-up": ["email", "password"],
  confirm: ["code"],
  forgot: ["email"],
  reset: ["code", "password"],
};

/** The state of the account form, and its actions. */
export function useAccount(fixedEmail: string | undefined) {
  const [step, setStep] = useState<Step>("sign-in");
  const [values, setValues] = useState<Values>({
    email: fixedEmail ?? "",
    password: "",
    code: "",
    stay: staysSignedIn(),
  });
  const [errors, setErrors] = useState<AccountErrors>({});
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [codeSentAt, setCodeSentAt] = useState(0);
  // a double press of Enter must not send twice, and the state of busy comes a frame late
  const running = useRef(false);

  const go = (to: Step, text = "") => {
    setStep(to);
    setErrors({});
    setNote(text);
    setValues((now) => ({ ...now, code: "", ...(to === "confirm" ? {} : { password: "" }) }));
  };

  const codeSent = (to: "confirm" | "reset", destination: string | undefined) => {
    setCodeSentAt(Date.now());
    go(to, t("code_sent", { to: destination ?? values.email }));
  };

  const act = async (action: () => Promise<void>) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setErrors({});
    try {
      await action();
    } catch (error) {
      const kind = error instanceof CognitoError ? error.kind : "";
      if (kind === "UserNotConfirmedException") go("confirm", t("not_confirmed", { to: values.email }));
      else if (kind === "PasswordResetRequiredException") go("forgot", t("must_reset"));
      else setErrors(shownAt(step, accountErrors(error)));
    } finally {
      running.current = false;
      setBusy(false);
    }
  };

  const enter = async () => signIn(values.email, values.password, values.stay);

  const actions: Record<Step, () => Promise<void>> = {
    "sign-in": enter,
    "sign-up": async () => {
      const { confirmed, sentTo } = await signUp(values.email, values.password);
      if (confirmed) await enter();
      else codeSent("confirm", sentTo);
    },
    confirm: async () => {
      try {
        await confirmSignUp(values.email, values.code);
      } catch (error) {
        // the address was confirmed in another tab
        const isDone = error instanceof CognitoError && /status is CONFIRMED/.test(error.message);
        if (!isDone) throw error;
      }
      if (values.password) await enter().catch(() => go("sign-in", t("confirmed")));
      else go("sign-in", t("confirmed"));
    },
    forgot: async () => codeSent("reset", await forgotPassword(values.email)),
    reset: async () => {
      await confirmForgotPassword(values.email, values.code, values.password);
      // the code is used up, so a failed sign-in must not lead back to it
      await enter().catch(() => go("sign-in", t("password_saved")));
    },
  };

  const submit = () => {
    const wrong = check(step, values);
    setErrors(wrong);
    if (Object.keys(wrong).length === 0) void act(actions[step]);
  };

  const resend = () =>
    act(async () => {
      if (step === "reset") await forgotPassword(values.email);
      else await resendCode(values.email);
      setCodeSentAt(Date.now());
      setNote(t("resent"));
    });

  const change = (changed: Partial<Values>) => setValues((now) => ({ ...now, ...changed }));

  return { step, values, errors, note, busy, codeSentAt, change, go, submit, resend };
}

/** Moves errors of fields that a step does not have to the form. */
function shownAt(step: Step, errors: AccountErrors): AccountErrors {
  const shown: AccountErrors = {};
  for (const [field, text] of Object.entries(errors) as [keyof AccountErrors, string][]) {
    const isThere = field !== "form" && fieldsOf[step].includes(field);
    if (isThere) shown[field] = text;
    // a step without a password sent none, so it cannot be wrong or weak
    else shown.form = field === "password" ? accountText("unknown") : text;
  }
  return shown;
}

function check(step: Step, { email, password, code }: Values): AccountErrors {
  const wrong: AccountErrors = {};
  for (const field of fieldsOf[step]) {
    const text = fieldError(field, step, { email, password, code });
    if (text) wrong[field] = text;
  }
  return wrong;
}

function fieldError(field: AccountField, step: Step, values: Omit<Values, "stay">): string | undefined {
  if (field === "email") return emailError(values.email);
  if (field === "code") return values.code === "" ? accountText("code_missing") : undefined;
  if (step === "sign-in") return values.password === "" ? accountText("password_missing") : undefined;
  return newPasswordError(values.password);
}
