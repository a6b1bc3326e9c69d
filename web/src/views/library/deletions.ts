import { signal, type ReadonlySignal } from "@preact/signals";

/** Deletions can be undone for this long. */
export const UNDO_SECONDS = 8;

/** Deletions that are shown at once and really done a little later, so that they can be undone. */
export class Deletions {
  private readonly hidden = signal<ReadonlySet<string>>(new Set());
  private readonly pending = new Map<string, { timer: ReturnType<typeof setTimeout>; over: () => void }>();

  constructor(
    private readonly remove: (id: string) => Promise<void>,
    private readonly onFailed: (id: string, error: unknown) => void,
  ) {}

  /** The ids that are not shown. */
  get ids(): ReadonlySignal<ReadonlySet<string>> {
    return this.hidden;
  }

  /** Hides an id and deletes it when the time to undo is over; then calls `over`. */
  add(id: string, over: () => void): void {
    if (this.hidden.peek().has(id)) return;
    this.hidden.value = new Set([...this.hidden.peek(), id]);
    const timer = setTimeout(() => void this.finish(id), UNDO_SECONDS * 1000);
    this.pending.set(id, { timer, over });
  }

  /** Shows an id again, if it has not been deleted yet. */
  undo(id: string): void {
    const entry = this.pending.get(id);
    if (!entry) return;
    clearTimeout(entry.timer);
    this.pending.delete(id);
    this.show(id);
  }

  /** Deletes everything that waits, because the page may not live until its time. */
  async flush(): Promise<void> {
    await Promise.all([...this.pending.keys()].map((id) => this.finish(id)));
  }

  private async finish(id: string): Promise<void> {
    const entry = this.pending.get(id);
    if (!entry) return;
    clearTimeout(entry.timer);
    this.pending.delete(id);
    entry.over();
    try {
      await this.remove(id);
    } catch (error) {
      this.show(id);
      this.onFailed(id, error);
    }
  }

  private show(id: string): void {
    this.hidden.value = new Set([...this.hidden.peek()].filter((other) => other !== id));
  }
}
