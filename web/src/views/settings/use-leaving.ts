import { useEffect, useState } from "preact/hooks";

/** Returns a signal that is aborted when the component leaves the page. */
export function useLeaving(): AbortSignal {
  const [leaving] = useState(() => new AbortController());
  useEffect(() => () => leaving.abort(), [leaving]);
  return leaving.signal;
}
