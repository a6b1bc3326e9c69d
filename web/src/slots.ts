/** The conditions of a task's turn. */
export interface Turn {
  /** A task whose signal is aborted before its turn never starts. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the task goes before those that are not urgent. */
  readonly urgent?: boolean | undefined;
}

/** A number of places for tasks. They are given out first come, first served; urgent tasks come before the others. */
export class Slots {
  #free: number;
  readonly #urgent: (() => void)[] = [];
  readonly #normal: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Runs a task in a place. Rejects when `signal` is aborted before the task's turn. */
  async run<T>(task: () => Promise<T>, { signal, urgent }: Turn = {}): Promise<T> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await turn(urgent ? this.#urgent : this.#normal, signal);
    try {
      return await task();
    } finally {
      // the place passes to the next task, so no other task takes it in between
      const next = this.#urgent.shift() ?? this.#normal.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}

function turn(queue: (() => void)[], signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      queue.splice(queue.indexOf(start), 1);
      reject(signal?.reason);
    };
    const start = () => {
      signal?.removeEventListener("abort", leave);
      resolve();
    };
    signal?.addEventListener("abort", leave, { once: true });
    queue.push(start);
  });
}
