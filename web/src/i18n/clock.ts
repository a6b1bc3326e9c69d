import { signal } from "@preact/signals";

const MINUTE_MS = 60_000;

let timer: ReturnType<typeof setInterval>;

/** Changes every minute. A component that reads it is rendered again then; without such a component the clock stands still. */
export const minute = signal(0, {
  watched() {
    timer = setInterval(() => (minute.value += 1), MINUTE_MS);
  },
  unwatched() {
    clearInterval(timer);
  },
});
