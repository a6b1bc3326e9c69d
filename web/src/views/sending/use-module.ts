import { useEffect, useState } from "preact/hooks";

/** A part of the page that is loaded when it is needed. */
export type Loading<T> =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly module: T }
  | { readonly state: "failed"; readonly again: () => void };

/** Loads a part of the page as soon as it is wanted. `load` must be the same function at each rendering. */
export function useModule<T>(load: () => Promise<T>, isWanted: boolean): Loading<T> {
  const [tries, setTries] = useState(0);
  const [loading, setLoading] = useState<Loading<T>>({ state: "loading" });
  useEffect(() => {
    if (!isWanted) return;
    let isCurrent = true;
    const set = (next: Loading<T>) => isCurrent && setLoading(next);
    load().then(
      (module) => set({ state: "ready", module }),
      () => set({ state: "failed", again: () => setTries((count) => count + 1) }),
    );
    return () => {
      isCurrent = false;
    };
  }, [load, isWanted, tries]);
  return loading;
}
