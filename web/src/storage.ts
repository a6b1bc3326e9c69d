/** Web storage that may be forbidden, full or cleared at any time: the page then works without it. */
type Area = "local" | "session";

/** Returns a stored value, or `null`. */
export function readItem(area: Area, key: string): string | null {
  try {
    return storage(area).getItem(key);
  } catch {
    return null;
  }
}

/** Stores a value if the browser lets us. */
export function writeItem(area: Area, key: string, value: string): void {
  try {
    storage(area).setItem(key, value);
  } catch {
    // the page then asks again next time
  }
}

/** Removes a stored value. */
export function removeItem(area: Area, key: string): void {
  try {
    storage(area).removeItem(key);
  } catch {
    // nothing was stored either
  }
}

function storage(area: Area): Storage {
  return area === "local" ? localStorage : sessionStorage;
}
