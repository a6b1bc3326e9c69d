import { signal } from "@preact/signals";
import { X } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "./announce";
import { Button, IconButton } from "./button";
import { t } from "./messages";
import "./toast.css";

interface ToastOptions {
  action?: { label: string; onSelect: () => void };
  /** How long it stays, by default 5. It waits while it is hovered or has the focus. */
  seconds?: number;
  /** The words for screen readers, by default the message. */
  spoken?: string;
  /** Called when it goes away, for whatever reason. */
  onEnd?: () => void;
}

interface ToastItem extends ToastOptions {
  id: number;
  message: string;
}

const MOST = 3;
const toasts = signal<readonly ToastItem[]>([]);
let lastId = 0;

/** Shows a short message at the bottom of the page, and lets screen readers say it. Returns the function that removes it early. */
export function toast(message: string, options: ToastOptions = {}): () => void {
  lastId += 1;
  const item = { ...options, id: lastId, message };
  keep([...toasts.peek(), item].slice(-MOST));
  announce(options.spoken ?? message);
  return () => remove(item.id);
}

function remove(id: number): void {
  keep(toasts.peek().filter((item) => item.id !== id));
}

function keep(kept: readonly ToastItem[]): void {
  const ended = toasts.peek().filter((item) => !kept.includes(item));
  toasts.value = kept;
  for (const { onEnd } of ended) onEnd?.();
}

/** Removes all toasts, for the next user must not read them. */
export function clearToasts(): void {
  keep([]);
}

/** The place of the toasts. It is in the page once. */
export function Toasts() {
  const region = useRef<HTMLDivElement>(null);
  const items = toasts.value;
  const newest = items.at(-1)?.id;

  useEffect(() => {
    // shown again for each toast, so that it lies above a dialog that was opened later
    region.current?.hidePopover();
    if (newest !== undefined) region.current?.showPopover();
  }, [newest]);

  return (
    <div ref={region} class="toasts" role="region" aria-label={t("notifications")} popover="manual">
      <ul class="toasts-list">
        {items.map((item) => (
          <Toast key={item.id} item={item} />
        ))}
      </ul>
    </div>
  );
}

function Toast({ item }: { item: ToastItem }) {
  const [held, setHeld] = useState(false);

  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => remove(item.id), (item.seconds ?? 5) * 1000);
    return () => clearTimeout(timer);
  }, [held, item]);

  return (
    <li
      class="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocusIn={() => setHeld(true)}
      onFocusOut={() => setHeld(false)}
    >
      <span class="toast-message">{item.message}</span>
      {item.action && (
        <Button
          kind="quiet"
          class="toast-action"
          onClick={() => {
            item.action?.onSelect();
            remove(item.id);
          }}
        >
          {item.action.label}
        </Button>
      )}
      <IconButton icon={X} label={t("close")} onClick={() => remove(item.id)} />
    </li>
  );
}
