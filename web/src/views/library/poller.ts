/** The functions that a poller calls. */
export interface Polling {
  /** Asks the server and returns whether anything has changed. It must not throw. */
  readonly poll: () => Promise<boolean>;
  /** Whether something is expected to change. */
  readonly isNeeded: () => boolean;
  /** The time in milliseconds at which to ask in any case. */
  readonly dueAt: () => number | undefined;
}

const SHORTEST_MS = 2000;
const LONGEST_MS = 15_000;
/** Returning to the page asks at once, but not again and again. */
const AT_MOST_EVERY_MS = 1000;

/**
 * Asks again and again while something is expected to change: every 2 seconds, and up to every 15 if nothing
 * changes. It pauses while the page is hidden and asks at once when the user comes back.
 */
export class Poller {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private delay = SHORTEST_MS;
  private askedAt = -Infinity;
  private running: Promise<void> | undefined;
  private stopping = new AbortController();
  private isStarted = false;

  constructor(private readonly polling: Polling) {}

  /** Asks now and goes on. */
  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    const back = () => {
      if (document.visibilityState === "hidden") clearTimeout(this.timer);
      else if (Date.now() - this.askedAt >= AT_MOST_EVERY_MS) void this.now();
      else this.schedule();
    };
    document.addEventListener("visibilitychange", back, { signal });
    addEventListener("focus", back, { signal });
    addEventListener("online", back, { signal });
    void this.now();
  }

  /** Stops asking. */
  stop(): void {
    this.isStarted = false;
    this.stopping.abort();
    clearTimeout(this.timer);
  }

  /** Asks now, as if something had changed. An answer that is on its way may be too old, so another one follows. */
  async now(): Promise<void> {
    await this.running;
    this.delay = SHORTEST_MS;
    await this.ask();
  }

  private ask(): Promise<void> {
    this.running ??= this.askOnce().finally(() => {
      this.running = undefined;
      this.schedule();
    });
    return this.running;
  }

  private async askOnce(): Promise<void> {
    clearTimeout(this.timer);
    this.askedAt = Date.now();
    const isChanged = await this.polling.poll();
    this.delay = isChanged ? SHORTEST_MS : Math.min(LONGEST_MS, this.delay * 1.5);
  }

  private schedule(): void {
    clearTimeout(this.timer);
    if (!this.isStarted || document.visibilityState === "hidden") return;
    const due = this.polling.dueAt();
    const waits = [this.polling.isNeeded() ? this.delay : Infinity, due === undefined ? Infinity : due - Date.now()];
    // a time in the past, such as that of a wrong clock, must not become a loop
    const wait = Math.max(SHORTEST_MS, Math.min(...waits));
    if (Number.isFinite(wait)) this.timer = setTimeout(() => void this.ask(), Math.min(wait, 2 ** 31 - 1));
  }
}
