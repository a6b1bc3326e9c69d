interface Waiting {
  start(): void;
}

/** Gives a place back. */
type Release = () => void;

/** A number of places. They are given out first come, first served; urgent callers come before the others. */
export class Slots {
  #free: number;
  readonly #urgent: Waiting[] = [];
  readonly #normal: Waiting[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Waits for a place. Rejects when `signal` is aborted. */
  async acquire(signal?: AbortSignal, urgent = false): Promise<Release> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(signal, urgent ? this.#urgent : this.#normal);
    return () => this.#release();
  }

  /** Runs a task in a place. A task whose signal is aborted before its turn never starts. */
  async run<T>(task: () => Promise<T>, signal?: AbortSignal, urgent = false): Promise<T> {
    const release = await this.acquire(signal, urgent);
    try {
      return await task();
    } finally {
      release();
    }
  }

  #turn(signal: AbortSignal | undefined, queue: Waiting[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        queue.splice(queue.indexOf(waiting), 1);
        reject(signal?.reason);
      };
      const waiting = {
        start: () => {
          signal?.removeEventListener("abort", leave);
          resolve();
        },
      };
      signal?.addEventListener("abort", leave, { once: true });
      queue.push(waiting);
    });
  }

  #release(): void {
    const next = this.#urgent.shift() ?? this.#normal.shift();
    if (next) next.start();
    else this.#free += 1;
  }
}
