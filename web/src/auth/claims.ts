/** The claims of a user that the page shows. The server trusts only the token itself. */
export interface Session {
  userId: string;
  email: string;
  isAdmin: boolean;
  /** The language of mails, such as `pt-BR`. */
  locale?: string;
}

/** Reads the claims of an ID token for display. Its signature is not checked here. */
export function readClaims(idToken: string): Session {
  const payload = idToken.split(".")[1] ?? "";
  const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  const claims = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  const groups = claims["cognito:groups"];
  return {
    userId: String(claims["sub"]),
    email: String(claims["email"] ?? ""),
    isAdmin: Array.isArray(groups) && groups.includes("admin"),
    ...(typeof claims["locale"] === "string" ? { locale: claims["locale"] } : {}),
  };
}
