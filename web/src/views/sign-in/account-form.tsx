import { useEffect, useId, useRef } from "preact/hooks";
import type { AccountField } from "../../auth/account-errors";
import { t as accountText } from "../../auth/account-messages";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Checkbox } from "../../ui/checkbox";
import { TextField } from "../../ui/text-field";
import "./account-form.css";
import { t } from "./messages";
import { PasswordField } from "./password-field";
import { ResendButton } from "./resend-button";
import { fieldsOf, type Step, useAccount } from "./use-account";

/** Sign in, sign up, confirm, forgotten and new password: states of one form. */
export function AccountForm({ fixedEmail }: { fixedEmail?: string }) {
  const account = useAccount(fixedEmail);
  const { step, values, errors, busy } = account;
  const headingId = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const lastStep = useRef(step);

  useEffect(() => {
    if (lastStep.current === step) return;
    lastStep.current = step;
    heading.current?.focus();
  }, [step]);

  useEffect(() => {
    const first = fieldsOf[step].find((field) => errors[field]);
    if (first) form.current?.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
  }, [errors]);

  const has = (field: AccountField) => fieldsOf[step].includes(field);
  const isNew = step !== "sign-in";

  return (
    <form
      ref={form}
      class="account-form"
      aria-labelledby={headingId}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        account.submit();
      }}
    >
      <h2 ref={heading} id={headingId} class="account-form-heading" tabIndex={-1}>
        {t(`heading.${step}`)}
      </h2>
      {step === "forgot" && !account.note && <p class="quiet">{t("forgot_text")}</p>}
      <p class="account-form-note quiet" role="status">
        {account.note}
      </p>
      {errors.form && <Banner kind="error">{errors.form}</Banner>}
      {has("email") ? (
        <TextField
          label={t("email")}
          type="email"
          name="email"
          autocomplete="username"
          inputMode="email"
          autocapitalize="off"
          spellcheck={false}
          readOnly={fixedEmail !== undefined}
          value={values.email}
          error={errors.email}
          onInput={(event) => account.change({ email: event.currentTarget.value.trim() })}
        />
      ) : (
        // password managers store the new password under this name
        <input class="visually-hidden" type="text" autocomplete="username" value={values.email} readOnly tabIndex={-1} aria-hidden="true" />
      )}
      {has("code") && (
        <TextField
          label={t("code")}
          name="code"
          class="account-form-code"
          autocomplete="one-time-code"
          inputMode="numeric"
          spellcheck={false}
          value={values.code}
          error={errors.code}
          onInput={(event) => account.change({ code: event.currentTarget.value.replace(/\s/g, "") })}
        />
      )}
      {has("password") && (
        <PasswordField
          label={step === "reset" ? t("new_password") : t("password")}
          isNew={isNew}
          value={values.password}
          error={errors.password}
          {...(isNew && !errors.password ? { hint: accountText("password_rule") } : {})}
          onInput={(password) => account.change({ password })}
        />
      )}
      {has("password") && (
        <Checkbox label={t("stay")} hint={t("stay_hint")} checked={values.stay} onChange={(stay) => account.change({ stay })} />
      )}
      <Button kind="primary" type="submit" busy={busy}>
        {t(`submit.${step}`)}
      </Button>
      <div class="account-form-ways">
        <Ways step={step} canSignUp={fixedEmail === undefined} go={account.go} />
        {(step === "confirm" || step === "reset") && (
          <ResendButton sentAt={account.codeSentAt} onResend={() => void account.resend()} />
        )}
      </div>
    </form>
  );
}

/** The ways to the other states of the form. */
function Ways({ step, canSignUp, go }: { step: Step; canSignUp: boolean; go: (to: Step) => void }) {
  if (step !== "sign-in") {
    return (
      <Button kind="quiet" onClick={() => go("sign-in")}>
        {t("to_sign_in")}
      </Button>
    );
  }
  return (
    <>
      <Button kind="quiet" onClick={() => go("forgot")}>
        {t("to_forgot")}
      </Button>
      {canSignUp && (
        <Button kind="quiet" onClick={() => go("sign-up")}>
          {t("to_sign_up")}
        </Button>
      )}
    </>
  );
}
