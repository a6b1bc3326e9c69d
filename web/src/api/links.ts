import type { Video, VideoView } from "./types";

/** Returns a video that a call returned without links, with the known links to a result that a retry keeps. */
export function withLinks(video: Video, known: VideoView | undefined): VideoView {
  if (!known || !video.result) return video;
  const { download, poster, sheet, storyboard } = known;
  return {
    ...(download && { download }),
    ...(poster && { poster }),
    ...(sheet && { sheet }),
    ...(storyboard && { storyboard }),
    ...video,
  };
}
