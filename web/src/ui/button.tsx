import type { IconNode } from "lucide";
import { LoaderCircle } from "lucide";
import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import "./button.css";
import { classes } from "./classes";
import { Icon } from "./icon";

/** The weight of a button: one primary action in a view, at most. */
export type ButtonKind = "primary" | "secondary" | "quiet" | "danger";

type Attributes = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "class" | "icon" | "label">;

interface ButtonProps extends Attributes {
  kind?: ButtonKind;
  icon?: IconNode | undefined;
  /** Shows that the action is under way, and ignores presses without losing the focus. */
  busy?: boolean;
  class?: string;
  children?: ComponentChildren;
}

/** A button with a text and perhaps an icon. */
export function Button({ kind = "secondary", icon, busy = false, class: more, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      {...(busy ? { "aria-busy": true, "aria-disabled": true, onClick: ignore } : {})}
      class={classes("button", `button-${kind}`, more)}
    >
      {busy ? <Spinner /> : icon && <Icon of={icon} />}
      <span class="button-text">{children}</span>
    </button>
  );
}

interface IconButtonProps extends Attributes {
  icon: IconNode;
  /** The accessible name, and the tooltip. */
  label: string;
  kind?: ButtonKind;
  busy?: boolean;
  class?: string;
}

/** A button with an icon only. */
export function IconButton({ icon, label, kind = "quiet", busy = false, class: more, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      title={label}
      {...rest}
      {...(busy ? { "aria-busy": true, "aria-disabled": true, onClick: ignore } : {})}
      aria-label={label}
      class={classes("button", "button-icon", `button-${kind}`, more)}
    >
      {busy ? <Spinner /> : <Icon of={icon} />}
    </button>
  );
}

function Spinner() {
  return (
    <span class="button-spinner">
      <Icon of={LoaderCircle} />
    </span>
  );
}

// a busy submit button must not submit again either
function ignore(event: Event) {
  event.preventDefault();
}
