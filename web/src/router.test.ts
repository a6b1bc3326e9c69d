// @vitest-environment happy-dom
import { expect, it, vi } from "vitest";
import { href, navigate, parseRoute, type Route, route } from "./router";

const routes: Route[] = [
  { view: "home" },
  { view: "video", id: "0199" },
  { view: "video", id: "0199", user: "83d4-b8" },
  { view: "settings" },
  { view: "admin" },
];

it.each(routes)("finds %o at its own address", (to) => {
  expect(parseRoute(href(to))).toEqual(to);
});

it.each(["", "#", "#/"])("is at home at the address %j", (address) => {
  expect(parseRoute(address)).toEqual({ view: "home" });
});

it.each(["#/videos", "#/videos/1/2", "#/settings/x", "#/other"])("finds nothing at %s", (address) => {
  expect(parseRoute(address)).toEqual({ view: "unknown" });
});

it("takes a damaged address as it is", () => {
  expect(parseRoute("#/videos/%E0%A4%A")).toEqual({ view: "video", id: "%E0%A4%A" });
});

it("follows the address", async () => {
  navigate({ view: "settings" });
  await vi.waitFor(() => expect(route.value).toEqual({ view: "settings" }));
});
