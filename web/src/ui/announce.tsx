import { signal } from "@preact/signals";

const message = signal("");

/** Lets screen readers say a message once they are free. Use it for milestones, not for every step. */
export function announce(text: string): void {
  // the same text twice is no change, and would not be read
  message.value = message.peek() === text ? `${text}\u00a0` : text;
}

/** The place where announced messages are read from. It is in the page once. */
export function Announcer() {
  return (
    <div class="visually-hidden" role="status" aria-live="polite">
      {message.value}
    </div>
  );
}
