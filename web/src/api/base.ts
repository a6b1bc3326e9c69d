/** Returns the URL of the API's path. The page may be served below a path prefix. */
export function apiUrl(path: string): string {
  return new URL(path, baseUrl()).href;
}

/** Returns the URL that all paths of the API begin with. It ends with a slash. */
export function baseUrl(): URL {
  return new URL(".", document.baseURI);
}
