/** The little of Node that tests use. All of its types would also apply to the page's own code. */
declare module "node:fs" {
  export function readFileSync(path: URL, encoding: "utf8"): string;
}
