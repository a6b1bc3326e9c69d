interface Waiting {
  start(): void;
}

/** Runs at most `limit` tasks at a time. Urgent tasks start before the others that wait. */
export class Limiter {
  #running = 0;
  readonly #urgent: Waiting[] = [];
  readonly #normal: Waiting[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs a task when it is its turn. A task whose signal is aborted before that never starts. */
  async run<T>(task: () => Promise<T>, signal?: AbortSignal, urgent = false): Promise<T> {
    await this.#turn(signal, urgent);
    try {
      return await task();
    } finally {
      this.#running -= 1;
      this.#next();
    }
  }

  #turn(signal: AbortSignal | undefined, urgent: boolean): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#running < this.#limit) {
      this.#running += 1;
      return Promise.resolve();
    }
    const queue = urgent ? this.#urgent : this.#normal;
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

  #next(): void {
    const waiting = this.#urgent.shift() ?? this.#normal.shift();
    if (!waiting) return;
    this.#running += 1;
    waiting.start();
  }
}
