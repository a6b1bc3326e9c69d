/** Returns a new value for the header `Idempotency-Key`. */
export function newKey(): string {
  // randomUUID exists in secure contexts only; a local network address is not one
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
