import { batch, computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { userId } from "../../auth/user-id";
import type { EstimatedVideo } from "./estimate-all";
import type { Found } from "./found-files";
import type { Preview } from "./preview";

/**
 * A file that was chosen but not sent. `preview` is `undefined` until the first picture is read, and `null` if the browser
 * cannot read the file.
 */
export interface ChosenVideo {
  readonly id: number;
  readonly file: File;
  readonly handle?: FileSystemFileHandle;
  readonly preview: Preview | null | undefined;
}

/** Files that were not taken, by reason. */
export interface LeftOut {
  readonly otherFiles: readonly string[];
  readonly emptyFiles: readonly string[];
  /** Whether a folder had more files than are taken at once. */
  readonly isCut: boolean;
}

const NOTHING: LeftOut = { otherFiles: [], emptyFiles: [], isCut: false };

const list = signal<readonly ChosenVideo[]>([]);
const left = signal<LeftOut>(NOTHING);
const readers = new Map<number, AbortController>();
let lastId = 0;

/** The chosen files, in the order in which they came. They stay while other views are looked at. */
export const chosen: ReadonlySignal<readonly ChosenVideo[]> = list;

/** Files of the last choice that were not taken. */
export const leftOut: ReadonlySignal<LeftOut> = left;

/** The known facts about the chosen files, for estimates. */
export const known: ReadonlySignal<readonly EstimatedVideo[]> = computed(() =>
  list.value.map(({ file, preview }) => ({ name: file.name, ...preview })),
);

/** Adds files to the chosen ones and starts to read their previews. A file that is already there is not added. */
export function choose({ files, otherFiles, isCut }: Found): void {
  const isNew = ({ file }: { file: File }) => !list.peek().some((other) => isSame(other.file, file));
  const emptyFiles = files.filter(({ file }) => file.size === 0).map(({ file }) => file.name);
  const added = files.filter((found) => found.file.size > 0 && isNew(found)).map((found) => ({
    ...found,
    id: (lastId += 1),
    preview: undefined,
  }));
  batch(() => {
    list.value = [...list.peek(), ...added];
    left.value = { otherFiles, emptyFiles, isCut };
  });
  for (const { id, file } of added) void look(id, file);
}

/** Forgets one chosen file. */
export function unchoose(id: number): void {
  drop(list.peek().filter((video) => video.id === id));
}

/** Forgets all chosen files. `keep` are the ids of those whose first frame is still shown elsewhere. */
export function unchooseAll(keep: ReadonlySet<number> = new Set()): void {
  drop(list.peek(), keep);
  left.value = NOTHING;
}

/** Forgets which files were left out. */
export function dismissLeftOut(): void {
  left.value = NOTHING;
}

async function look(id: number, file: File): Promise<void> {
  const reader = new AbortController();
  readers.set(id, reader);
  const show = (preview: Preview | null) => {
    list.value = list.peek().map((video) => (video.id === id ? { ...video, preview } : video));
  };
  try {
    const { readPreview } = await import("./preview");
    await readPreview(file, reader.signal, show);
  } catch {
    if (!reader.signal.aborted) show(null);
  }
  readers.delete(id);
}

function drop(videos: readonly ChosenVideo[], keep: ReadonlySet<number> = new Set()): void {
  if (videos.length === 0) return;
  list.value = list.peek().filter((video) => !videos.includes(video));
  for (const { id, preview } of videos) {
    readers.get(id)?.abort();
    const frames = preview?.frames ?? [];
    revoke(keep.has(id) ? frames.slice(1) : frames);
  }
}

function revoke(urls: readonly string[]): void {
  for (const url of urls) URL.revokeObjectURL(url);
}

function isSame(a: File, b: File): boolean {
  const path = (file: File) => file.webkitRelativePath || file.name;
  return path(a) === path(b) && a.size === b.size && a.lastModified === b.lastModified;
}

// the next user must not see the files of the one before
effect(() => {
  if (userId.value !== undefined) return () => unchooseAll();
});
