/** Whether the machine is connected. */
export interface Network {
  readonly online: boolean;
  /** Calls `listener` after each change. Returns a function that ends this. */
  subscribe(listener: () => void): () => void;
}

/** The browser's word on the connection. `false` is reliable, `true` only means that there is some network. */
export const browserNetwork: Network = {
  get online() {
    return navigator.onLine;
  },
  subscribe(listener) {
    addEventListener("online", listener);
    addEventListener("offline", listener);
    return () => {
      removeEventListener("online", listener);
      removeEventListener("offline", listener);
    };
  },
};
