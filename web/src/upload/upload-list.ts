import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { Environment } from "./environment";
import type { UploadItem } from "./types";
import type { UploadTask } from "./upload-task";

/** How often speed and progress are updated. */
const TICK_MS = 250;
/** How many ticks pass between two reports to the other tabs. */
const REPORT_TICKS = 4;

/** The uploads of this tab, and what is shown of them. */
export class UploadList {
  readonly #items = signal<readonly UploadItem[]>([]);
  #tasks: readonly UploadTask[] = [];
  #ticks = 0;
  #ticker: ReturnType<typeof setInterval> | undefined;

  readonly items: ReadonlySignal<readonly UploadItem[]> = this.#items;

  /** Whether leaving the page would interrupt an upload. */
  readonly busy: ReadonlySignal<boolean> = computed(() =>
    this.#items.value.some(({ state }) => state === "sending" || state === "waiting" || state === "offline"),
  );

  constructor(private readonly environment: Environment) {}

  get tasks(): readonly UploadTask[] {
    return this.#tasks;
  }

  find(id: string): UploadTask | undefined {
    return this.#tasks.find((task) => task.id === id);
  }

  add(tasks: readonly UploadTask[]): void {
    this.#tasks = [...this.#tasks, ...tasks];
  }

  remove(task: UploadTask): void {
    this.#tasks = this.#tasks.filter((other) => other !== task);
  }

  clear(): void {
    this.#tasks = [];
    this.show();
  }

  /** Shows the current state of all tasks. The items of those that have not changed stay the same objects. */
  show(): void {
    const items = this.#tasks.map((task) => task.refresh());
    const before = this.#items.peek();
    if (items.length !== before.length || items.some((item, index) => item !== before[index])) {
      this.#items.value = items;
    }
    this.environment.wakeLock.keep(items.some(({ state }) => state === "sending"));
    if (this.#tasks.some((task) => task.isRunning)) {
      this.#ticker ??= setInterval(() => this.#tick(), TICK_MS);
    } else {
      clearInterval(this.#ticker);
      this.#ticker = undefined;
    }
  }

  #tick(): void {
    const now = performance.now();
    for (const task of this.#tasks) task.tick(now);
    this.show();
    this.#ticks += 1;
    if (this.#ticks % REPORT_TICKS === 0) this.#report();
  }

  #report(): void {
    for (const { isRunning, item } of this.#tasks) {
      if (isRunning) this.environment.tabs.post({ kind: "progress", of: item });
    }
  }
}
