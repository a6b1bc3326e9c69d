import type { Page } from "@playwright/test";

/** The bytes that a page has received, headers included, as they came over the network. */
export class Traffic {
  readonly #urls = new Map<string, string>();
  readonly #bytes = new Map<string, number>();

  private constructor() {}

  /** Counts from now on. Requests of service workers are not counted; the page has none. */
  static async of(page: Page): Promise<Traffic> {
    const traffic = new Traffic();
    const browser = await page.context().newCDPSession(page);
    browser.on("Network.requestWillBeSent", ({ requestId, request }) => traffic.#urls.set(requestId, request.url));
    // a request that is aborted never finishes, but its bytes came
    browser.on("Network.dataReceived", ({ requestId, encodedDataLength }) => {
      traffic.#bytes.set(requestId, (traffic.#bytes.get(requestId) ?? 0) + encodedDataLength);
    });
    browser.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      traffic.#bytes.set(requestId, Math.max(traffic.#bytes.get(requestId) ?? 0, encodedDataLength));
    });
    await browser.send("Network.enable");
    return traffic;
  }

  /** Returns the bytes from an origin. */
  from({ origin }: URL): number {
    let sum = 0;
    for (const [id, bytes] of this.#bytes) {
      if (new URL(this.#urls.get(id) ?? "about:blank").origin === origin) sum += bytes;
    }
    return sum;
  }

  /** Returns each request with its bytes, to explain a sum. */
  toString(): string {
    return [...this.#bytes].map(([id, bytes]) => `${bytes} ${this.#urls.get(id)?.replace(/\?.*/, "")}`).join("\n");
  }

  /** Forgets what was counted. Requests in flight count with what is still to come. */
  reset(): void {
    this.#bytes.clear();
  }
}
