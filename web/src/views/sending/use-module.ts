import { useEffect, useState } from "preact/hooks";

/** A part of the page that is loaded when it is needed. */
export type Loading<T> =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly module: T }
  | { readonly state: "failed" };

/**
 * Loads a part of the page as soon as it is wanted. `load` must be the same function at each rendering. Browsers
 * remember a failed import, so only a reload tries again.
 */
export function useModule<T>(load: () => Promise<T>, isWanted: boolean): Loading<T> {
  const [loading, setLoading] = useState<Loading<T>>({ state: "loading" });
  useEffect(() => {
    if (!isWanted) return;
    let isCurrent = true;
    const set = (next: Loading<T>) => isCurrent && setLoading(next);
    load().then(
      (module) => set({ state: "ready", module }),
      () => set({ state: "failed" }),
    );
    return () => {
      isCurrent = false;
    };
  }, [load, isWanted]);
  return loading;
}
