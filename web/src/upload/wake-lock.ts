/** Keeps the screen awake. */
export interface WakeLockKeeper {
  /** Whether the screen is to be kept awake from now on. */
  keep(wanted: boolean): void;
  dispose(): void;
}

/**
 * Keeps the screen awake through the Wake Lock API. The browser ends the lock when the page is hidden, so it is
 * taken again when the page becomes visible. Where the API does not exist or refuses (a battery saver), the screen
 * may turn off.
 */
export class ScreenWakeLock implements WakeLockKeeper {
  #wanted = false;
  #requesting = false;
  #sentinel: WakeLockSentinel | undefined;
  readonly #listener = () => void this.#update();

  constructor(
    private readonly api: WakeLock | undefined = navigator.wakeLock,
    private readonly page: Document = document,
  ) {
    page.addEventListener("visibilitychange", this.#listener);
  }

  keep(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    void this.#update();
  }

  dispose(): void {
    this.keep(false);
    this.page.removeEventListener("visibilitychange", this.#listener);
  }

  async #update(): Promise<void> {
    if (!this.#wanted) {
      const sentinel = this.#sentinel;
      this.#sentinel = undefined;
      await sentinel?.release().catch(() => undefined);
      return;
    }
    const isHeld = this.#sentinel !== undefined && !this.#sentinel.released;
    if (isHeld || this.#requesting || this.page.visibilityState !== "visible") return;
    this.#requesting = true;
    this.#sentinel = await this.api?.request("screen").catch(() => undefined);
    this.#requesting = false;
    // it was given up in the meantime
    if (!this.#wanted) void this.#update();
  }
}
