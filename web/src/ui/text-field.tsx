import type { ComponentChildren, InputHTMLAttributes, PartialInputHTMLAttributes } from "preact";
import { useId } from "preact/hooks";
import { classes } from "./classes";
import "./field.css";

type Attributes = Omit<PartialInputHTMLAttributes<HTMLInputElement>, "class" | "label" | "role" | "type">;

interface TextFieldProps extends Attributes {
  type?: "text" | "email" | "number" | "password" | "search" | "url";
  label: string;
  /** Says what to write; always visible. */
  hint?: ComponentChildren;
  /** Says what is wrong and how to correct it. */
  error?: string | undefined;
  /** A control inside the field, at its end. */
  end?: ComponentChildren;
  class?: string;
  inputRef?: (input: HTMLInputElement | null) => void;
}

/** A labelled input of one line. Its hint and error are tied to it. */
export function TextField({ label, hint, error, end, class: more, inputRef, id, type = "text", ...rest }: TextFieldProps) {
  const own = useId();
  const inputId = typeof id === "string" ? id : own;
  const described = classes(error && `${inputId}-error`, hint ? `${inputId}-hint` : undefined);
  // Preact has types for each type of input, but not for a choice of them
  const attributes = { ...rest, type } as InputHTMLAttributes<HTMLInputElement>;
  return (
    <div class={classes("field", more)}>
      <label class="field-label" for={inputId}>
        {label}
      </label>
      <div class="field-line">
        <input
          {...attributes}
          id={inputId}
          class={classes("field-input", end ? "field-input-with-end" : undefined)}
          ref={inputRef ?? null}
          {...(error ? { "aria-invalid": true } : {})}
          {...(described ? { "aria-describedby": described } : {})}
        />
        {end && <div class="field-end">{end}</div>}
      </div>
      {error && (
        <p class="field-error" id={`${inputId}-error`}>
          {error}
        </p>
      )}
      {hint && (
        <p class="field-hint" id={`${inputId}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
