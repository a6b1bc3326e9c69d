import { Eye, EyeOff } from "lucide";
import { useState } from "preact/hooks";
import { IconButton } from "../../ui/button";
import { TextField } from "../../ui/text-field";
import { t } from "./messages";

interface PasswordFieldProps {
  label: string;
  /** Whether a password is chosen here, so that the browser offers to make one. */
  isNew: boolean;
  value: string;
  error?: string | undefined;
  hint?: string;
  onInput: (password: string) => void;
}

/** A password that can be shown. */
export function PasswordField({ label, isNew, value, error, hint, onInput }: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <TextField
      label={label}
      type={shown ? "text" : "password"}
      name="password"
      autocomplete={isNew ? "new-password" : "current-password"}
      autocapitalize="off"
      spellcheck={false}
      value={value}
      error={error}
      hint={hint}
      onInput={(event) => onInput(event.currentTarget.value)}
      end={
        <IconButton
          icon={shown ? EyeOff : Eye}
          label={shown ? t("hide_password") : t("show_password")}
          onClick={() => setShown(!shown)}
        />
      }
    />
  );
}
