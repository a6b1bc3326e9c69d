/** Whether the machine is connected. */
export interface Network {
  readonly online: boolean;
  /** Calls `listener` after each change. Returns a function that ends this. */
  subscribe(listener: () => void): () => void;
}

/** Whether the page's server runs on this machine, where it needs no network. */
function isLocal(): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);
}

/** The browser's word on the connection. `false` is reliable, `true` only means that there is some network. */
export const browserNetwork: Network = {
  get online() {
    return navigator.onLine || isLocal();
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
