import { fileURLToPath } from "node:url";
import type { WebConfig } from "../../src/api/schema";

/** The page's address. Its origin is not the one of the buckets, as on AWS. */
export const pageUrl = new URL(setting("FRAMEZIP_PAGE"));

/** The stack's own address, where the buckets and Cognito are. */
export const stackUrl = new URL(setting("FRAMEZIP_STACK"));

/** The API as the tests call it, without the page. */
export const apiUrl = new URL(pageUrl.pathname, stackUrl);

/** Returns the path of a media fixture. */
export function media(name: string): string {
  return fileURLToPath(new URL(`../../../tests/media/${name}`, import.meta.url));
}

let loading: Promise<WebConfig> | undefined;

/** Returns the server's settings for signing users in. */
export function config(): Promise<WebConfig> {
  loading ??= fetch(new URL("config.json", apiUrl)).then((answer) => answer.json() as Promise<WebConfig>);
  return loading;
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set. Run: cargo test -p framezip-tests --test page`);
  return value;
}
