import { type Dispatch, type Inputs, type StateUpdater, useEffect, useState } from "preact/hooks";
import { isAbort } from "../api/errors";

interface Reading<T> {
  /** `undefined` until the first answer. */
  readonly data: T | undefined;
  readonly setData: Dispatch<StateUpdater<T | undefined>>;
  readonly error: unknown;
  readonly setError: (error: unknown) => void;
  /** Reads again. The data stay until the answer comes. */
  readonly again: () => void;
}

/** Reads from the API when the component appears and when an input changes. A read that is no longer needed is aborted. */
export function useRead<T>(read: (signal: AbortSignal) => Promise<T>, inputs: Inputs = []): Reading<T> {
  const [data, setData] = useState<T>();
  const [error, setError] = useState<unknown>();
  const [reads, setReads] = useState(1);

  useEffect(() => {
    const aborting = new AbortController();
    setError(undefined);
    read(aborting.signal).then(setData, (failure: unknown) => isAbort(failure) || setError(failure));
    return () => aborting.abort();
  }, [...inputs, reads]);

  return { data, setData, error, setError, again: () => setReads((last) => last + 1) };
}
