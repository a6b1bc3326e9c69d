import { defineConfig } from "vitest/config";

/** The API of a running stack, to which `make web` passes the page's requests. */
const api = process.env.FRAMEZIP_API;
const paths = ["/videos", "/mail", "/unsubscribe", "/webhook", "/config.json", "/metrics", "/openapi.json", "/docs", "/health"];
const proxy = Object.fromEntries(paths.map((path) => [path, { target: api, changeOrigin: true }]));

export default defineConfig({
  // relative, because the local stack serves the page below a path
  base: "./",
  // our own CSP forbids inline scripts, and the browsers that have what the page needs preload by themselves
  build: {
    target: "es2023",
    // the first that have light-dark(): lowered, it would not follow the color-scheme of an element
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // the buckets of the local stack accept requests from pages at localhost only
  server: { host: "localhost", port: 5173, strictPort: true, ...(api ? { proxy } : {}) },
  test: { include: ["src/**/*.test.{ts,tsx}"] },
});
