import { signal, type ReadonlySignal } from "@preact/signals";

/** Deletions can be undone for this long. */
export const UNDO_SECONDS = 8;

/** Deletions that are shown at once and really done a little later, so that they can be undone. */
export class Deletions {
  private readonly hidden = signal<ReadonlySet<string>>(new Set());
  /** The ids that wait, oldest first, with what is called when an id waits no longer. */
  private readonly pending = new Map<string, () => void>();

  constructor(
    private readonly remove: (id: string) => Promise<void>,
    private readonly onFailed: (id: string, error: unknown) => void,
  ) {}

  /** The ids that are not shown. */
  get ids(): ReadonlySignal<ReadonlySet<string>> {
    return this.hidden;
  }

  /** Hides an id until it is deleted by `finish`. Calls `over` when it waits no longer. */
  add(id: string, over: () => void): void {
    if (this.hidden.peek().has(id)) return;
    this.hidden.value = new Set([...this.hidden.peek(), id]);
    this.pending.set(id, over);
  }

  /** Shows an id again, by default the last one that was added, and returns it if it has not been deleted yet. */
  undo(id: string | undefined = [...this.pending.keys()].at(-1)): string | undefined {
    if (id === undefined || !this.end(id)) return undefined;
    this.show(id);
    return id;
  }

  /** Deletes an id that waits. */
  async finish(id: string): Promise<void> {
    if (!this.end(id)) return;
    try {
      await this.remove(id);
    } catch (error) {
      this.show(id);
      this.onFailed(id, error);
    }
  }

  /** Deletes everything that waits, because the page may not live until its time. */
  async flush(): Promise<void> {
    await Promise.all([...this.pending.keys()].map((id) => this.finish(id)));
  }

  /** Ends the waiting of an id. Returns whether it was waiting. */
  private end(id: string): boolean {
    const over = this.pending.get(id);
    this.pending.delete(id);
    over?.();
    return over !== undefined;
  }

  private show(id: string): void {
    this.hidden.value = new Set([...this.hidden.peek()].filter((other) => other !== id));
  }
}
