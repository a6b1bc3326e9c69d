/** A report by the tab that sends an upload. */
export interface TabProgress {
  readonly id: string;
  readonly sent: number;
  readonly bytesPerSecond?: number;
  readonly secondsLeft?: number;
}

/** The messages between the tabs of one user. */
export type TabMessage = { readonly kind: "added" } | { readonly kind: "progress"; readonly of: TabProgress };

/** The other tabs of one user in this browser. Where they cannot be reached, each tab shows only its own uploads. */
export class Tabs {
  #channel: BroadcastChannel | undefined;

  constructor(owner: string) {
    if (typeof BroadcastChannel !== "undefined") this.#channel = new BroadcastChannel(`framezip-uploads-${owner}`);
  }

  post(message: TabMessage): void {
    this.#channel?.postMessage(message);
  }

  listen(listener: (message: TabMessage) => void): void {
    if (this.#channel) this.#channel.onmessage = (event: MessageEvent<TabMessage>) => listener(event.data);
  }

  dispose(): void {
    this.#channel?.close();
    // posting to a closed channel is an error
    this.#channel = undefined;
  }
}
