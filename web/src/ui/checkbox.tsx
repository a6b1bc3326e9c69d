import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import "./checkbox.css";

interface CheckboxProps {
  label: string;
  hint?: ComponentChildren;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}

/** A labelled checkbox. */
export function Checkbox({ label, hint, checked, onChange, disabled = false }: CheckboxProps) {
  const id = useId();
  return (
    <div class="checkbox">
      <input
        id={id}
        class="checkbox-input"
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
        {...(hint ? { "aria-describedby": `${id}-hint` } : {})}
      />
      <label class="checkbox-label" for={id}>
        {label}
      </label>
      {hint && (
        <p class="checkbox-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
