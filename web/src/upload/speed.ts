/** Older samples lose weight with this time constant. */
const TIME_CONSTANT_SECONDS = 6;
/** The first seconds mostly fill the socket's buffer and would promise far too much. */
const WARM_UP_SECONDS = 3;
/** A longer gap, such as the computer's sleep, says nothing about the connection. */
const LONGEST_GAP_SECONDS = 15;
const LONGEST_LEFT_SECONDS = 100 * 3_600;

/**
 * The speed of an upload: an exponentially weighted moving average of the bytes that were moved, corrected for the
 * weight that is missing at the beginning.
 */
export class Speed {
  #moved = 0;
  #weightedRate = 0;
  #weight = 0;
  #elapsed = 0;
  #last: number | undefined;

  /** Forgets everything, after a pause. */
  reset(): void {
    this.#moved = 0;
    this.#weightedRate = 0;
    this.#weight = 0;
    this.#elapsed = 0;
    this.#last = undefined;
  }

  /** Counts bytes that were moved, those of parts that fail later included. */
  add(bytes: number): void {
    this.#moved += bytes;
  }

  /** Takes a sample. `now` is in milliseconds and never goes back. Time counts from the first bytes. */
  tick(now: number): void {
    const seconds = this.#last === undefined ? 0 : (now - this.#last) / 1_000;
    if (seconds > LONGEST_GAP_SECONDS) this.reset();
    else if (seconds > 0) this.#sample(seconds);
    if (seconds > 0 || this.#moved > 0) {
      this.#moved = 0;
      this.#last = now;
    }
  }

  /** The speed, once there is enough data. */
  get bytesPerSecond(): number | undefined {
    return this.#elapsed < WARM_UP_SECONDS ? undefined : this.#weightedRate / this.#weight;
  }

  /** The time for `bytes` more. `undefined` if unknown, or so long that it would be a guess. */
  secondsLeft(bytes: number): number | undefined {
    const speed = this.bytesPerSecond;
    const seconds = speed === undefined ? Infinity : bytes / speed;
    return seconds <= LONGEST_LEFT_SECONDS ? seconds : undefined;
  }

  #sample(seconds: number): void {
    const decay = Math.exp(-seconds / TIME_CONSTANT_SECONDS);
    this.#weightedRate = this.#weightedRate * decay + (this.#moved / seconds) * (1 - decay);
    this.#weight = this.#weight * decay + (1 - decay);
    this.#elapsed += seconds;
  }
}
