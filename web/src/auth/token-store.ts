import { readItem, removeItem, writeItem } from "../storage";

const KEY = "framezip.refresh-token";
const SIGNED_OUT = "framezip.signed-out";

/** How long a refresh token is kept: until the tab is closed, or until the user signs out. */
export type Keep = "tab" | "stay";

/** Returns the stored refresh token and how it is kept. This tab's own comes first. */
export function storedToken(): { refreshToken: string; keep: Keep } | undefined {
  const ofTab = readItem("session", KEY);
  if (ofTab) return { refreshToken: ofTab, keep: "tab" };
  const staying = readItem("local", KEY);
  return staying ? { refreshToken: staying, keep: "stay" } : undefined;
}

/** Stores a refresh token, in one place only. */
export function storeToken(refreshToken: string, keep: Keep): void {
  if (keep === "tab") {
    writeItem("session", KEY, refreshToken);
  } else {
    removeItem("session", KEY);
    writeItem("local", KEY, refreshToken);
  }
}

/** Forgets the refresh token of this tab, and the kept one if it is the same. */
export function forgetToken(refreshToken: string): void {
  removeItem("session", KEY);
  // another user may have signed in to stay in another tab
  if (readItem("local", KEY) === refreshToken) removeItem("local", KEY);
}

/** Signs the user out in all other tabs of this browser. */
export function signOutOtherTabs(userId: string): void {
  // the time makes the value new, because only a change makes an event
  writeItem("local", SIGNED_OUT, `${userId} ${Date.now()}`);
}

/** Calls back when another tab signs a user out, or in to stay. Returns the function that stops it. */
export function watchOtherTabs(on: { signedOut(userId: string): void; signedIn(): void }): () => void {
  const changed = (event: StorageEvent) => {
    if (event.key === SIGNED_OUT && event.newValue) on.signedOut(event.newValue.split(" ")[0] ?? "");
    if (event.key === KEY && event.newValue && event.storageArea === localStorage) on.signedIn();
  };
  addEventListener("storage", changed);
  return () => removeEventListener("storage", changed);
}
