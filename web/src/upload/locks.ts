/** Gives a lock back. */
export type Release = () => void;

/** Exclusive rights among the tabs of this origin. */
export interface Locks {
  /** Takes the lock if it is free. */
  tryAcquire(name: string): Promise<Release | undefined>;
  /** Waits for the lock. Rejects when `signal` is aborted. */
  acquire(name: string, signal: AbortSignal): Promise<Release>;
}

/** Returns Web Locks, or, on origins where browsers do not offer them, locks that are always free. */
export function browserLocks(manager: LockManager | null | undefined = navigator.locks): Locks {
  if (!manager) {
    const free = () => Promise.resolve(() => undefined);
    return { tryAcquire: free, acquire: free };
  }
  return {
    tryAcquire: (name) => held((granted) => manager.request(name, { ifAvailable: true }, granted)),
    async acquire(name, signal) {
      const release = await held((granted) => manager.request(name, { signal }, granted));
      // without `ifAvailable` there is always a lock
      return release ?? (() => undefined);
    },
  };
}

/** A Web Lock lasts as long as its callback: turns the callback into a function that ends it. */
function held(
  request: (granted: (lock: Lock | null) => Promise<void>) => Promise<unknown>,
): Promise<Release | undefined> {
  return new Promise((resolve, reject) => {
    request((lock) => {
      if (lock === null) {
        resolve(undefined);
        return Promise.resolve();
      }
      return new Promise<void>((release) => resolve(release));
    }).catch(reject);
  });
}
