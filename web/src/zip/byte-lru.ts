/** A cache with a bound in bytes. The value that was used longest ago leaves first. */
export class ByteLru<K, V> {
  readonly #values = new Map<K, { value: V; bytes: number }>();
  readonly #limit: number;
  readonly #dispose: ((value: V) => void) | undefined;
  #bytes = 0;

  constructor(limit: number, dispose?: (value: V) => void) {
    this.#limit = limit;
    this.#dispose = dispose;
  }

  /** The bytes of all values. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Returns a value and marks it as used. */
  get(key: K): V | undefined {
    const held = this.#values.get(key);
    if (!held) return undefined;
    this.#values.delete(key);
    this.#values.set(key, held);
    return held.value;
  }

  /** Adds or replaces a value. The newest value stays even if it alone exceeds the bound. */
  set(key: K, value: V, bytes: number): void {
    this.delete(key);
    this.#values.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#values.keys()) {
      if (this.#bytes <= this.#limit || oldest === key) break;
      this.delete(oldest);
    }
  }

  /** Removes a value and disposes of it. */
  delete(key: K): void {
    const held = this.#values.get(key);
    if (!held) return;
    this.#values.delete(key);
    this.#bytes -= held.bytes;
    this.#dispose?.(held.value);
  }

  /** Removes all values. */
  clear(): void {
    for (const key of [...this.#values.keys()]) this.delete(key);
  }
}
