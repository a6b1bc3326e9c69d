import { Film } from "lucide";
import { useState } from "preact/hooks";
import { classes } from "../../ui/classes";
import { Icon } from "../../ui/icon";
import { localPoster } from "../uploads/uploads-store";
import { pathOf, type LibraryVideo } from "./merge";
import "./poster.css";

/** The picture of a video in 16:9: its poster, or until then the first frame that the browser decoded. */
export function Poster({ video, onExpired }: { readonly video: LibraryVideo; readonly onExpired: () => void }) {
  const [loaded, setLoaded] = useState<string>();
  const [failed, setFailed] = useState<string>();
  const url = video.poster?.url;
  // a renewed link to an image that is already there must not load it again
  const isThere = loaded !== undefined && url !== undefined && pathOf(loaded) === pathOf(url);
  const poster = isThere ? loaded : url === failed ? undefined : url;
  const source = poster ?? localPoster(video.id);
  return (
    <div class="poster">
      {source === undefined ? (
        <Icon of={Film} size={28} />
      ) : (
        <img
          class={classes("poster-image", loaded === source && "poster-image-loaded")}
          src={source}
          alt=""
          width={320}
          height={180}
          loading="lazy"
          decoding="async"
          onLoad={() => setLoaded(source)}
          onError={() => {
            setFailed(source);
            onExpired();
          }}
        />
      )}
    </div>
  );
}
