import { X } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { IconButton } from "./button";
import { classes } from "./classes";
import "./dialog.css";
import { t } from "./messages";

interface DialogProps {
  title: string;
  /** Called for Escape, the close button and a press outside. Without it, the dialog cannot be closed by them. */
  onClose?: (() => void) | undefined;
  /** Whether a press outside closes nothing, because what was typed would be lost. */
  ignoresOutside?: boolean;
  children: ComponentChildren;
  footer?: ComponentChildren;
  /** `wide` for content with pictures or tables. */
  size?: "normal" | "wide";
}

/** A modal dialog, open while it is rendered. The focus returns to where it was. */
export function Dialog({ title, onClose, ignoresOutside = false, children, footer, size = "normal" }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    return () => {
      // the element is already gone from the document, so the browser does not return the focus itself
      if (opener instanceof HTMLElement) opener.focus();
      // the opener may be gone or disabled by what the dialog did
      if (document.activeElement === document.body) document.getElementById("main")?.focus({ preventScroll: true });
    };
  }, []);

  return (
    <dialog
      ref={dialog}
      class={classes("dialog", `dialog-${size}`)}
      aria-labelledby={titleId}
      onCancel={(event) => {
        // cancel events of file inputs inside bubble up to here
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        onClose?.();
      }}
      // a second Escape closes a dialog in spite of preventDefault
      onClose={(event) => {
        if (event.target !== event.currentTarget) return;
        if (onClose) onClose();
        else dialog.current?.showModal();
      }}
      onPointerDown={(event) => {
        if (ignoresOutside) return;
        if (event.target === event.currentTarget && isOutside(event, event.currentTarget)) onClose?.();
      }}
    >
      <div class="dialog-box">
        <div class="dialog-header">
          <h2 class="dialog-title" id={titleId} tabIndex={-1}>
            {title}
          </h2>
          {onClose && <IconButton icon={X} label={t("close")} onClick={onClose} />}
        </div>
        <div class="dialog-content">{children}</div>
        {footer && <div class="dialog-footer">{footer}</div>}
      </div>
    </dialog>
  );
}

function isOutside(event: PointerEvent, element: HTMLElement): boolean {
  const box = element.getBoundingClientRect();
  const { clientX: x, clientY: y } = event;
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}
