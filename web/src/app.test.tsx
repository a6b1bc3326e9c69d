// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { App } from "./app";
import { fakeServer, granted, refusal } from "./auth/fake-server";
import { idToken, signIn, signOut, startSession } from "./auth/session";
import { setLanguage } from "./i18n";
import { navigate } from "./router";

vi.mock("./views/home", () => ({ Home: () => <h1>Home</h1> }));
vi.mock("./views/video/video-page", () => ({ default: ({ id }: { id: string }) => <h1>Video {id}</h1> }));

// happy-dom has no popovers
Object.assign(HTMLElement.prototype, { showPopover: vi.fn(), hidePopover: vi.fn() });

let stop: () => void;
const heading = () => document.querySelector("main h1");
const navTexts = () => [...document.querySelectorAll("nav a")].map((link) => link.textContent);

async function enter(claims = {}): Promise<void> {
  fakeServer(({ action }) => (action === "InitiateAuth" ? granted("a", claims) : { status: 200, body: {} }));
  await signIn("ada@example.com", "pw", false);
  await vi.waitFor(() => expect(heading()?.textContent).toBe("Home"));
}

beforeEach(() => {
  setLanguage("en");
  location.hash = "";
  stop = startSession();
  render(<App />, document.body);
});

afterEach(async () => {
  vi.useRealTimers();
  fakeServer(() => ({ status: 200, body: {} }));
  await signOut();
  render(null, document.body);
  stop();
  vi.unstubAllGlobals();
});

it("shows the sign-in form to a visitor, and no navigation", () => {
  expect(document.title).toBe("Sign in · framezip");
  expect(document.querySelector("form")).not.toBeNull();
  expect(navTexts()).toEqual([]);
});

it("moves the focus to the heading after signing in and after navigating", async () => {
  await enter();
  await vi.waitFor(() => expect(document.activeElement).toBe(heading()));
  expect(document.title).toBe("Library · framezip");
  navigate({ view: "video", id: "0199" });
  await vi.waitFor(() => expect(heading()?.textContent).toBe("Video 0199"));
  await vi.waitFor(() => expect(document.activeElement).toBe(heading()));
  expect(document.title).toBe("Video · framezip");
});

it("follows the language in texts, title and document", async () => {
  await enter();
  setLanguage("pt");
  await vi.waitFor(() => expect(navTexts()).toEqual(["Biblioteca", "Ajustes"]));
  expect(document.title).toBe("Biblioteca · framezip");
  expect(document.documentElement.lang).toBe("pt-BR");
});

it("shows the administrators' view to administrators only", async () => {
  await enter();
  navigate({ view: "admin" });
  await vi.waitFor(() => expect(heading()?.textContent).toBe("Page not found"));
  await signOut();
  navigate({ view: "home" });
  await enter({ "cognito:groups": ["admin"] });
  expect(navTexts()).toEqual(["Library", "Settings", "Admin"]);
  navigate({ view: "admin" });
  await vi.waitFor(() => expect(heading()?.textContent).toBe("Admin"));
});

it("asks to sign in again over the page", async () => {
  await enter();
  fakeServer(() => refusal("NotAuthorizedException"));
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3600_000 });
  const waiting = idToken();
  await vi.waitFor(() => expect(document.querySelector("dialog")?.textContent).toContain("Nothing is lost"));
  expect(heading()?.textContent).toBe("Home");
  expect(document.querySelector<HTMLInputElement>("dialog [name=email]")?.value).toBe("ada@example.com");
  fakeServer(() => granted("b"));
  await signIn("ada@example.com", "pw", false);
  await waiting;
  await vi.waitFor(() => expect(document.querySelector("dialog")).toBeNull());
});
