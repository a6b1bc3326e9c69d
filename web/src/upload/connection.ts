import { Backoff } from "./backoff";
import { failureKind, retryAfterOf } from "./failures";
import type { Network } from "./network";

/** The session is renewed by others; this is how often an upload looks whether it has been. */
const SESSION_RETRY_MS = 10_000;

/** A call that takes longer waits for something, most likely for the user to sign in again. */
const SLOW_CALL_MS = 5_000;

type Wait = "waiting" | "offline";

/** How many parts of a run do what at the moment. */
type Activity = Record<Wait | "sending", number>;

/** The settings of a connection. */
export interface ConnectionSettings {
  readonly signal: AbortSignal;
  readonly network: Network;
  readonly random: () => number;
  /** An event `wake` ends all pauses at once. */
  readonly waker: EventTarget;
  /** Called whenever `state` may have changed. */
  readonly onChange: () => void;
}

/** The calls and pauses of one run of an upload: waits for the network and the session, and repeats calls. */
export class Connection {
  readonly #activity: Activity;

  constructor(
    private readonly settings: ConnectionSettings,
    activity: Activity = { waiting: 0, offline: 0, sending: 0 },
  ) {
    this.#activity = activity;
  }

  /** Returns the same connection for a part of the run, which `signal` ends. */
  until(signal: AbortSignal): Connection {
    return new Connection({ ...this.settings, signal }, this.#activity);
  }

  get signal(): AbortSignal {
    return this.settings.signal;
  }

  get isOnline(): boolean {
    return this.settings.network.online;
  }

  /** The state of the run as shown to the user. */
  get state(): "sending" | Wait {
    const { offline, sending, waiting } = this.#activity;
    if (!this.isOnline || offline > 0) return "offline";
    return waiting > 0 && sending === 0 ? "waiting" : "sending";
  }

  newBackoff(): Backoff {
    return new Backoff(this.settings.random);
  }

  /**
   * Calls the API until it gives a final answer. Without any answer the call is repeated for ever, because then the
   * connection is at fault. Rejects with the API's refusal, or with the signal's reason at once if it is aborted.
   */
  async call<T>(call: () => Promise<T>): Promise<T> {
    const backoff = this.newBackoff();
    for (;;) {
      await this.online();
      try {
        return await this.#answer(call());
      } catch (error) {
        this.signal.throwIfAborted();
        const kind = failureKind(error);
        if (kind === "refused" || (kind === "transient" && backoff.exhausted)) throw error;
        if (kind === "unauthorized") await this.pause(SESSION_RETRY_MS, "waiting");
        else await this.pause(backoff.next(retryAfterOf(error)), kind === "transient" ? "waiting" : "offline");
      }
    }
  }

  /** Waits until the machine is connected. */
  async online(): Promise<void> {
    this.signal.throwIfAborted();
    while (!this.isOnline) await this.#until(undefined);
  }

  /** Waits. Ends early when the network changes or on `wake`. With `wait`, the state says so meanwhile. */
  async pause(milliseconds: number, wait?: Wait): Promise<void> {
    await (wait ? this.during(wait, this.#until(milliseconds)) : this.#until(milliseconds));
  }

  /** Waits for `work`. The state says meanwhile what is being done. */
  async during<T>(activity: Wait | "sending", work: Promise<T>): Promise<T> {
    this.#count(activity, 1);
    try {
      return await work;
    } finally {
      this.#count(activity, -1);
    }
  }

  async #answer<T>(call: Promise<T>): Promise<T> {
    const answer = abortable(call, this.signal);
    // the answer's failure is the caller's
    const slow = setTimeout(() => void this.during("waiting", answer).catch(() => undefined), SLOW_CALL_MS);
    try {
      return await answer;
    } finally {
      clearTimeout(slow);
    }
  }

  #count(activity: Wait | "sending", change: number): void {
    this.#activity[activity] += change;
    this.settings.onChange();
  }

  #until(milliseconds: number | undefined): Promise<void> {
    const { signal, network, waker } = this.settings;
    return new Promise<void>((resolve, reject) => {
      signal.throwIfAborted();
      const end = new AbortController();
      const stop = (act: () => void) => () => {
        end.abort();
        act();
      };
      const timer = milliseconds === undefined ? undefined : setTimeout(stop(resolve), milliseconds);
      const unsubscribe = network.subscribe(stop(resolve));
      waker.addEventListener("wake", stop(resolve), { signal: end.signal });
      signal.addEventListener("abort", stop(() => reject(signal.reason)), { signal: end.signal });
      end.signal.addEventListener("abort", () => {
        clearTimeout(timer);
        unsubscribe();
      });
    });
  }
}

/** Settles as `promise` does, or rejects at once when `signal` is aborted. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
