const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;
const MAX_RETRIES = 12;
/** A longer `Retry-After` would look like a hang. */
const LONGEST_RETRY_AFTER_MS = 120_000;

/**
 * Exponential back-off with full jitter: each pause is random between 0 and a bound that doubles from 1 s up to
 * 30 s. Without the jitter, clients that failed together would come back together.
 */
export class Backoff {
  #retries = 0;

  constructor(private readonly random: () => number) {}

  /** The number of pauses so far. */
  get retries(): number {
    return this.#retries;
  }

  /** Whether the caller should give up: about two minutes of pauses, on average, did not help. */
  get exhausted(): boolean {
    return this.#retries >= MAX_RETRIES;
  }

  /** The next pause in milliseconds. A `Retry-After` is its minimum. */
  next(retryAfterSeconds = 0): number {
    const bound = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#retries);
    this.#retries += 1;
    const jitter = this.random() * bound;
    if (retryAfterSeconds === 0) return jitter;
    return Math.min(LONGEST_RETRY_AFTER_MS, retryAfterSeconds * 1_000) + Math.min(jitter, FIRST_MS);
  }
}
