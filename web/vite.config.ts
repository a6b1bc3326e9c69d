import { defineConfig } from "vitest/config";

export default defineConfig({
  // relative, because the local stack serves the page below a path
  base: "./",
  // our own CSP forbids inline scripts, and the browsers that have what the page needs preload by themselves
  build: { target: "es2023", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  test: { include: ["src/**/*.test.{ts,tsx}"] },
});
