import { useEffect, useRef, useState } from "preact/hooks";
import { isAbort } from "../../api/errors";
import type { Status, VideoView } from "../../api/types";
import { listVideos } from "../../api/videos";

/** The choice of videos: everyone's, or one user's. */
export interface Filter {
  user?: string | undefined;
  status?: Status | undefined;
}

interface Loaded {
  videos: readonly VideoView[];
  cursor: string | undefined;
}

/** A page with fewer videos than this is followed by the next one, because a filtered page may be short or empty. */
const ENOUGH = 20;
/** The most pages that are read at once: a rare status would lead through all videos. */
const MOST_PAGES = 10;
const PAGE = 50;

/** Loads the videos of a filter, page by page. */
export function useVideos({ user, status }: Filter) {
  const [loaded, setLoaded] = useState<Loaded>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const aborting = useRef<AbortController | undefined>(undefined);

  const load = async (from: Loaded) => {
    aborting.current?.abort();
    const { signal } = (aborting.current = new AbortController());
    setBusy(true);
    setError(undefined);
    try {
      let { videos, cursor } = from;
      for (let pages = 0; pages < MOST_PAGES; pages += 1) {
        const query = { status, cursor, limit: PAGE, ...(user ? { user } : { all: true }) };
        const page = await listVideos(query, signal);
        videos = [...videos, ...page.videos];
        cursor = page.cursor;
        setLoaded({ videos, cursor });
        if (cursor === undefined || videos.length - from.videos.length >= ENOUGH) break;
      }
    } catch (failure) {
      if (isAbort(failure)) return;
      setError(failure);
    }
    setBusy(false);
  };

  useEffect(() => {
    setLoaded(undefined);
    void load({ videos: [], cursor: undefined });
    return () => aborting.current?.abort();
  }, [user, status]);

  return {
    videos: loaded?.videos,
    hasMore: loaded?.cursor !== undefined,
    error,
    busy,
    more: () => void load(loaded ?? { videos: [], cursor: undefined }),
    remove: (id: string) => setLoaded((now) => now && { ...now, videos: now.videos.filter((video) => video.id !== id) }),
  };
}
