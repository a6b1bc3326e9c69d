import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";
import { withLinks } from "../../api/links";
import type { Status } from "../../api/types";
import { isExpiring, isUnfinished, mergePage, RENEWAL_MS, type LibraryVideo, type Merged } from "./merge";
import { Poller } from "./poller";

/** The call of the API that the library needs. */
export interface LibraryBackend {
  list(
    query: { status?: Status | undefined; cursor?: string | undefined; limit: number },
    signal: AbortSignal,
  ): Promise<{ videos: readonly LibraryVideo[]; cursor?: string }>;
}

/** The parts of the page around the library that it depends on. */
export interface Surroundings {
  /** Whether the user has scrolled down, so that new videos must not move what is being read. */
  isReading(): boolean;
  onFinished(video: LibraryVideo): void;
}

/** Whether the first videos have come. */
export type LibraryState = "loading" | "ready" | "failed";
/** Whether older videos can be loaded. */
export type MoreState = "none" | "some" | "loading" | "failed";

const PAGE = 24;
const LARGEST_PAGE = 100;
/** With a status, the API examines some of the videos at a time and may answer with many empty pages. */
const MOST_PAGES = 20;

/** The videos of the signed-in user, newest first, as far as they are loaded, and kept up to date while shown. */
export class Library {
  private readonly loaded = signal<readonly LibraryVideo[]>([]);
  private readonly heldBack = signal<ReadonlySet<string>>(new Set());
  private readonly current = signal<LibraryState>("loading");
  private readonly moreState = signal<MoreState>("none");
  private readonly problem = signal<unknown>(undefined);
  private readonly filter = signal<Status | undefined>(undefined);
  private readonly poller: Poller;
  private calls = new AbortController();
  private readAt = 0;
  /** The cursor of the next older page, and the id of the last video before it. */
  private next: { cursor: string | undefined; after: string | undefined } = { cursor: undefined, after: undefined };

  readonly state: ReadonlySignal<LibraryState> = this.current;
  readonly more: ReadonlySignal<MoreState> = this.moreState;
  /** Why the last call failed; the videos shown may be out of date. */
  readonly error: ReadonlySignal<unknown> = this.problem;
  readonly status: ReadonlySignal<Status | undefined> = this.filter;
  /** The videos to show. */
  readonly videos: ReadonlySignal<readonly LibraryVideo[]> = computed(() =>
    this.loaded.value.filter(({ id }) => !this.heldBack.value.has(id)),
  );
  /** The ids of new videos that are not shown, because they would move what is being read. */
  readonly held: ReadonlySignal<ReadonlySet<string>> = this.heldBack;

  constructor(
    private readonly backend: LibraryBackend,
    private readonly surroundings: Surroundings,
  ) {
    this.poller = new Poller({
      poll: () => this.poll(),
      isNeeded: () => this.problem.peek() !== undefined || this.loaded.peek().some(isUnfinished),
      dueAt: () => this.nextRenewal(),
    });
  }

  /** Loads the newest videos and keeps the list up to date until `stop`. */
  start(): void {
    this.poller.start();
  }

  /** Stops asking the server. What is loaded stays. */
  stop(): void {
    this.poller.stop();
  }

  /** Asks the server now. */
  refresh(): Promise<void> {
    return this.poller.now();
  }

  /** Shows only videos with this status. */
  filterBy(status: Status | undefined): void {
    if (status === this.filter.peek()) return;
    this.calls.abort();
    this.calls = new AbortController();
    batch(() => {
      this.filter.value = status;
      this.loaded.value = [];
      this.heldBack.value = new Set();
      this.current.value = "loading";
      this.moreState.value = "none";
      this.problem.value = undefined;
    });
    this.next = { cursor: undefined, after: undefined };
    void this.refresh();
  }

  /** Loads the next older videos. */
  async loadMore(): Promise<void> {
    const { cursor, after } = this.next;
    if (this.moreState.peek() === "loading" || cursor === undefined) return;
    const { signal: calls } = this.calls;
    this.moreState.value = "loading";
    try {
      const page = await this.backend.list({ status: this.filter.peek(), cursor, limit: PAGE }, calls);
      if (calls.aborted) return;
      const merged = mergePage(this.loaded.peek(), { ...page, after, isLast: page.cursor === undefined }, Date.now());
      this.next = { cursor: page.cursor, after: page.videos.at(-1)?.id ?? after };
      batch(() => {
        this.loaded.value = merged.videos;
        this.moreState.value = page.cursor === undefined ? "none" : "some";
      });
    } catch {
      if (!calls.aborted) this.moreState.value = "failed";
    }
  }

  /** Shows the new videos that were held back. */
  showHeld(): void {
    if (this.heldBack.peek().size > 0) this.heldBack.value = new Set();
  }

  /** Takes over a video that a call has just returned, such as that of a retry. */
  replace(video: LibraryVideo): void {
    this.loaded.value = this.loaded.peek().map((other) => (other.id === video.id ? withLinks(video, other) : other));
    void this.refresh();
  }

  /** Forgets a video that was deleted. */
  forget(id: string): void {
    this.loaded.value = this.loaded.peek().filter((video) => video.id !== id);
  }

  private async poll(): Promise<boolean> {
    const { signal: calls } = this.calls;
    try {
      const isChanged = await this.readPages(calls);
      if (calls.aborted) return true;
      batch(() => {
        this.current.value = "ready";
        this.problem.value = undefined;
      });
      return isChanged;
    } catch (error) {
      if (calls.aborted) return true;
      batch(() => {
        if (this.current.peek() === "loading") this.current.value = "failed";
        this.problem.value = error;
      });
      return false;
    }
  }

  /** Reads from the newest video down to the last one that may have changed or whose link has to be renewed. */
  private async readPages(calls: AbortSignal): Promise<boolean> {
    const now = Date.now();
    this.readAt = now;
    const wanted = this.loaded.peek().findLastIndex((video) => isUnfinished(video) || isExpiring(video, now)) + 1;
    let [cursor, after]: [string | undefined, string | undefined] = [undefined, undefined];
    let [read, isChanged] = [0, false];
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const limit = Math.min(LARGEST_PAGE, Math.max(PAGE, wanted - read));
      const page = await this.backend.list({ status: this.filter.peek(), cursor, limit }, calls);
      if (calls.aborted) return true;
      const isLast = page.cursor === undefined;
      isChanged = this.take(mergePage(this.loaded.peek(), { ...page, after, isLast }, Date.now())) || isChanged;
      read += page.videos.length;
      after = page.videos.at(-1)?.id ?? after;
      cursor = page.cursor;
      this.reach(cursor, after);
      if (isLast || read >= Math.max(wanted, 1)) break;
    }
    return isChanged;
  }

  private take(merged: Merged): boolean {
    const held = this.surroundings.isReading() ? merged.fresh.map(({ id }) => id) : [];
    batch(() => {
      if (merged.isChanged) this.loaded.value = merged.videos;
      if (held.length > 0) this.heldBack.value = new Set([...this.heldBack.peek(), ...held]);
    });
    for (const video of merged.finished) this.surroundings.onFinished(video);
    return merged.isChanged;
  }

  /** Remembers where older videos begin, if this page reached as far down as the ones before. */
  private reach(cursor: string | undefined, after: string | undefined): void {
    const known = this.next.after;
    if (cursor !== undefined && known !== undefined && (after === undefined || after > known)) return;
    this.next = { cursor, after };
    if (this.moreState.peek() !== "loading") this.moreState.value = cursor === undefined ? "none" : "some";
  }

  private nextRenewal(): number | undefined {
    const times = this.loaded.peek().flatMap(({ poster }) => (poster ? [Date.parse(poster.expiresAt)] : []));
    if (times.length === 0) return undefined;
    // with a wrong clock, every link seems to have expired
    return Math.max(Math.min(...times) - RENEWAL_MS, this.readAt + RENEWAL_MS / 2);
  }
}
