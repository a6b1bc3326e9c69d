import { computed, type ReadonlySignal, signal } from "@preact/signals";

/** A place in the page. `user` is the owner of another user's video, for administrators. */
export type Route =
  | { view: "home" }
  | { view: "video"; id: string; user?: string }
  | { view: "settings" }
  | { view: "admin" }
  | { view: "unknown" };

const hash = signal(location.hash);
addEventListener("hashchange", () => (hash.value = location.hash));

/** The current place, as the address after `#` says. */
export const route: ReadonlySignal<Route> = computed(() => parseRoute(hash.value));

/** Returns the route of an address such as `#/videos/0199`. */
export function parseRoute(address: string): Route {
  const [path = "", query = ""] = address.replace(/^#/, "").split("?", 2);
  const parts = path.split("/").filter((part) => part !== "");
  const [first, id] = parts;
  if (first === undefined) return { view: "home" };
  if ((first === "settings" || first === "admin") && parts.length === 1) return { view: first };
  if (first === "videos" && id && parts.length === 2) {
    const user = new URLSearchParams(query).get("user");
    return { view: "video", id: decoded(id), ...(user ? { user } : {}) };
  }
  return { view: "unknown" };
}

/** Returns the address of a route, for links. */
export function href(to: Route): string {
  switch (to.view) {
    case "video": {
      const query = to.user ? `?${new URLSearchParams({ user: to.user })}` : "";
      return `#/videos/${encodeURIComponent(to.id)}${query}`;
    }
    case "settings":
    case "admin":
      return `#/${to.view}`;
    default:
      return "#/";
  }
}

/** Goes to a route, as a link would. */
export function navigate(to: Route): void {
  location.hash = href(to);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
