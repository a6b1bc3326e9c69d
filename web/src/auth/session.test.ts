// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type FakeAnswer, fakeServer, granted, refusal } from "./fake-server";

type Session = typeof import("./session");

const KEY = "framezip.refresh-token";
let stop: (() => void) | undefined;

/** Loads a fresh copy of the module, as another tab would. */
async function start(): Promise<Session> {
  vi.resetModules();
  const session = await import("./session");
  stop = session.startSession();
  return session;
}

/** A storage event of another tab. */
function fromOtherTab(key: string, newValue: string): void {
  dispatchEvent(new StorageEvent("storage", { key, newValue, storageArea: localStorage }));
}

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

afterEach(() => {
  stop?.();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("is signed out without a stored token", async () => {
  fakeServer(() => refusal("unexpected"));
  const { session, idToken } = await start();
  expect(session.value).toBeNull();
  await expect(idToken()).rejects.toMatchObject({ status: 401 });
});

it("restores the session and reads the claims", async () => {
  sessionStorage.setItem(KEY, "refresh-1");
  const requests = fakeServer(() => granted("a", { email: "adão@example.com", "cognito:groups": ["admin"] }));
  const { session, idToken } = await start();
  expect(session.value).toBeUndefined();
  await idToken();
  expect(session.value).toEqual({ userId: "user-1", email: "adão@example.com", isAdmin: true });
  expect(requests[0]?.body).toEqual({
    ClientId: "client",
    AuthFlow: "REFRESH_TOKEN_AUTH",
    AuthParameters: { REFRESH_TOKEN: "refresh-1" },
  });
});

it("is signed out if the stored token is refused", async () => {
  localStorage.setItem(KEY, "refresh-1");
  fakeServer(() => refusal("NotAuthorizedException"));
  const { session, sessionExpired } = await start();
  await vi.waitFor(() => expect(session.value).toBeNull());
  expect(sessionExpired.value).toBe(false);
  expect(localStorage.getItem(KEY)).toBeNull();
});

it("keeps trying to restore while there is no answer", async () => {
  sessionStorage.setItem(KEY, "refresh-1");
  let answer: FakeAnswer = "offline";
  fakeServer(() => answer);
  const { session, signInUnreachable } = await start();
  await vi.waitFor(() => expect(signInUnreachable.value).toBe(true));
  expect(session.value).toBeUndefined();
  answer = granted("a");
  dispatchEvent(new Event("online"));
  await vi.waitFor(() => expect(session.value?.userId).toBe("user-1"));
  expect(signInUnreachable.value).toBe(false);
});

it("keeps the refresh token in the tab, or for longer with stay", async () => {
  fakeServer(() => granted("a"));
  const { signIn } = await start();
  await signIn("ada@example.com", "pw", false);
  expect([sessionStorage.getItem(KEY), localStorage.getItem(KEY)]).toEqual(["refresh-1", null]);
  await signIn("ada@example.com", "pw", true);
  expect([sessionStorage.getItem(KEY), localStorage.getItem(KEY)]).toEqual([null, "refresh-1"]);
  const stored = JSON.stringify([{ ...localStorage }, { ...sessionStorage }]);
  expect(stored).not.toMatch(/pw|access-a|e30\./);
});

it("renews before the token ends, once for all that ask", async () => {
  vi.useFakeTimers();
  let count = 0;
  const requests = fakeServer(() => granted(String((count += 1))));
  const { signIn, idToken } = await start();
  await signIn("ada@example.com", "pw", false);
  const first = await idToken();
  expect(requests).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(3600_000 - 2 * 60_000 + 1000);
  expect(requests).toHaveLength(2);
  expect(await idToken()).not.toBe(first);

  vi.setSystemTime(Date.now() + 3600_000);
  const tokens = await Promise.all([idToken(), idToken(), idToken()]);
  expect(new Set(tokens).size).toBe(1);
  expect(requests).toHaveLength(3);
});

it("expires when the renewal is refused, and goes on after signing in again", async () => {
  vi.useFakeTimers();
  const requests = fakeServer(({ body }) =>
    body["AuthFlow"] === "REFRESH_TOKEN_AUTH" ? refusal("NotAuthorizedException") : granted(String(requests.length)),
  );
  const { session, sessionExpired, signIn, idToken } = await start();
  await signIn("ada@example.com", "pw", false);
  vi.setSystemTime(Date.now() + 3600_000);
  const waiting = idToken();
  await vi.waitFor(() => expect(sessionExpired.value).toBe(true));
  expect(session.value?.userId).toBe("user-1");
  await signIn("ada@example.com", "pw", false);
  expect(sessionExpired.value).toBe(false);
  await expect(waiting).resolves.toBe(await idToken());
});

it("signs out: forgets the token, revokes it and signs out the other tabs", async () => {
  const requests = fakeServer(({ action }) => (action === "InitiateAuth" ? granted("a") : { status: 200, body: {} }));
  const { session, signIn, signOut } = await start();
  await signIn("ada@example.com", "pw", true);
  await signOut();
  expect(session.value).toBeNull();
  expect(localStorage.getItem(KEY)).toBeNull();
  expect(localStorage.getItem("framezip.signed-out")).toMatch(/^user-1 /);
  expect(requests.at(-1)).toMatchObject({ action: "RevokeToken", body: { Token: "refresh-1", ClientId: "client" } });
});

it("is signed out by another tab, if it is the same user", async () => {
  fakeServer(() => granted("a"));
  const { session, signIn } = await start();
  await signIn("ada@example.com", "pw", false);
  fromOtherTab("framezip.signed-out", "user-2 1");
  expect(session.value?.userId).toBe("user-1");
  fromOtherTab("framezip.signed-out", "user-1 2");
  expect(session.value).toBeNull();
  expect(sessionStorage.getItem(KEY)).toBeNull();
});

it("is signed in by another tab", async () => {
  fakeServer(() => granted("a"));
  const { session } = await start();
  expect(session.value).toBeNull();
  localStorage.setItem(KEY, "refresh-1");
  fromOtherTab(KEY, "refresh-1");
  await vi.waitFor(() => expect(session.value?.userId).toBe("user-1"));
});

it("saves the language of mails, and renews the token so that its claim is current", async () => {
  let count = 0;
  const requests = fakeServer(({ action }) =>
    action === "InitiateAuth" ? granted(String((count += 1))) : { status: 200, body: {} },
  );
  const { signIn, saveLocale, idToken } = await start();
  await saveLocale(() => "pt-BR");
  expect(requests).toHaveLength(0);
  await signIn("ada@example.com", "pw", false);
  const before = await idToken();
  await saveLocale(() => "pt-BR");
  expect(requests[1]).toMatchObject({
    action: "UpdateUserAttributes",
    body: { AccessToken: "access-1", UserAttributes: [{ Name: "locale", Value: "pt-BR" }] },
  });
  expect(requests[1]?.body).not.toHaveProperty("ClientId");
  expect(requests[2]?.body).toMatchObject({ AuthFlow: "REFRESH_TOKEN_AUTH" });
  expect(await idToken()).not.toBe(before);
});

it("stays signed in if signing out everywhere fails", async () => {
  fakeServer(({ action }) => (action === "GlobalSignOut" ? "offline" : granted("a")));
  const { session, signIn, signOutEverywhere } = await start();
  await signIn("ada@example.com", "pw", false);
  await expect(signOutEverywhere()).rejects.toThrow("No answer");
  expect(session.value?.userId).toBe("user-1");
});

it("finishes the last calls before it signs out everywhere", async () => {
  const order: string[] = [];
  fakeServer(({ action }) => {
    order.push(String(action));
    return action === "InitiateAuth" ? granted("a") : { status: 200, body: {} };
  });
  const { session, signIn, signOutEverywhere, beforeSignOut, idToken } = await start();
  await signIn("ada@example.com", "pw", false);
  beforeSignOut(async () => {
    await idToken();
    order.push("last call");
  });
  await signOutEverywhere();
  expect(order).toEqual(["InitiateAuth", "last call", "GlobalSignOut"]);
  expect(session.value).toBeNull();
});
