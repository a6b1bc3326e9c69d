import { signal } from "@preact/signals";
import { userId } from "../../auth/user-id";
import { announce } from "../../ui/announce";
import { toast } from "../../ui/toast";
import { type FrameEntry, saveFrames } from "../../zip";
import { t } from "./messages";
import type { Viewer } from "./viewer";

/** A download of frames that is under way. */
export interface SaveProgress {
  readonly done: number;
  readonly total: number;
}

/** Saves selected frames, one download at a time. */
export class Saving {
  readonly progress = signal<SaveProgress | undefined>(undefined);
  #stop: AbortController | undefined;

  /** Saves some frames of a video with this name. Nothing happens while another download is under way. */
  async start(viewer: Viewer, frames: readonly FrameEntry[], videoName: string): Promise<void> {
    if (this.progress.peek()) return;
    const total = frames.length;
    const stop = new AbortController();
    this.#stop = stop;
    this.progress.value = { done: 0, total };
    const owner = userId.peek();
    try {
      const saved = await saveFrames(frames, {
        // a large selection would push everything else out of the cache
        read: (frame, options) => viewer.readOnce(frame, options),
        name: baseName(videoName),
        signal: stop.signal,
        onProgress: (done) => {
          this.progress.value = { done, total };
        },
      });
      if (saved) announce(t("saved", { count: total }));
    } catch (error) {
      // signing out ends it, and the next user reads nothing of it
      if (userId.peek() !== owner) return;
      if (stop.signal.aborted) toast(t("saveCancelled"));
      else {
        viewer.report(error);
        toast(t("saveFailed"));
      }
    } finally {
      this.progress.value = undefined;
    }
  }

  /** Ends the download that is under way. */
  cancel(): void {
    this.#stop?.abort();
  }
}

/** Returns a file's name without its extension and without what file systems refuse. */
export function baseName(name: string): string {
  const base = name.replace(/\.[^.]{1,5}$/, "").replace(/[\\/:*?"<>|]/g, "-").trim();
  return base || "frames";
}
