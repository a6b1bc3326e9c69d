import type { Video } from "../../api/types";
import type { EstimatedVideo } from "./estimate-all";
import { imagePixels, qualityFactor, USUAL, type FrameMeasure } from "./estimate-bytes";
import { formOf } from "./options-form-of";

/** Returns what the last result says about a video, for the estimate of another extraction. */
export function knownOf({ fileName, result, extraction }: Video): EstimatedVideo {
  if (!result) return { name: fileName };
  const { duration, frameRate, width, height } = result.source;
  return { name: fileName, seconds: duration, frameRate, measure: measureOf(result, extraction, { width, height }) };
}

/** Works out what a JPEG of quality 85 would have had, from the mean image of the last result. */
function measureOf(
  result: { readonly bytes: number; readonly frames: number },
  extraction: Video["extraction"],
  size: { width: number; height: number },
): FrameMeasure | undefined {
  if (result.frames === 0) return undefined;
  const form = formOf(extraction);
  // the poster is a copy of a frame
  const mean = result.bytes / (result.frames + 1);
  const pixels = imagePixels(form, size);
  switch (form.format) {
    case "jpeg":
      return { ...size, pixels, jpeg: mean / qualityFactor(Number(form.quality)) };
    case "webp": {
      const webp = mean / qualityFactor(Number(form.quality));
      return { ...size, pixels, webp, jpeg: webp / USUAL.webp };
    }
    case "png":
      return { ...size, pixels, png: mean, jpeg: mean / USUAL.png };
  }
}
