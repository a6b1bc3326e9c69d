// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type FakeAnswer, type FakeRequest, fakeServer, granted, refusal } from "../auth/fake-server";

const video = { id: "v", fileName: "clip.mp4" };
const unauthorized: FakeAnswer = { status: 401, body: { message: "Unauthorized" } };
let renewals: FakeAnswer[] = [];
let stop: (() => void) | undefined;

/** Signs a user in, and answers the API's requests by `answer`. */
async function signedIn(answer: (request: FakeRequest) => FakeAnswer) {
  vi.resetModules();
  let signIns = 0;
  const requests = fakeServer((request) => {
    if (request.action === undefined) return answer(request);
    if (request.body["AuthFlow"] !== "REFRESH_TOKEN_AUTH") return granted(`in-${(signIns += 1)}`);
    return renewals.shift() ?? refusal("NotAuthorizedException");
  });
  const session = await import("../auth/session");
  stop = session.startSession();
  await session.signIn("ada@example.com", "pw", false);
  const token = `Bearer ${await session.idToken()}`;
  const client = await import("./client");
  const videos = await import("./videos");
  return { requests, session, token, client, videos };
}

beforeEach(() => {
  renewals = [];
  localStorage.clear();
  sessionStorage.clear();
});

afterEach(() => {
  stop?.();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("sends the ID token and returns the data", async () => {
  const { requests, token, videos } = await signedIn(() => ({ status: 200, body: video }));
  expect(await videos.readVideo("v")).toEqual(video);
  expect(requests.at(-1)).toMatchObject({ method: "GET", path: "/videos/v", authorization: token });
});

it("renews the token once for all calls that were refused, and repeats them", async () => {
  renewals = [granted("renewed")];
  const { requests, token, videos } = await signedIn(({ authorization }) =>
    authorization === token ? unauthorized : { status: 201, body: { video } },
  );
  const created = await Promise.all([
    videos.createVideo({ fileName: "a.mp4", bytes: 1 }, "key-1"),
    videos.createVideo({ fileName: "b.mp4", bytes: 2 }, "key-2"),
  ]);
  expect(created).toHaveLength(2);
  expect(requests.filter(({ action }) => action === "InitiateAuth")).toHaveLength(2);
  // the body is sent again, too
  expect(requests.filter(({ path, body }) => path === "/videos" && body["fileName"] === "a.mp4")).toHaveLength(2);
});

it("does not renew more than once for a call", async () => {
  renewals = [granted("renewed"), granted("unused")];
  const { videos } = await signedIn(() => unauthorized);
  await expect(videos.readVideo("v")).rejects.toMatchObject({ status: 401, code: "unauthorized" });
  expect(renewals).toHaveLength(1);
});

it("waits while the session is expired, and repeats the call after signing in again", async () => {
  const { session, token, videos } = await signedIn(({ authorization }) =>
    authorization === token ? unauthorized : { status: 200, body: video },
  );
  const call = videos.readVideo("v");
  await vi.waitFor(() => expect(session.sessionExpired.value).toBe(true));
  await session.signIn("ada@example.com", "pw", false);
  expect(await call).toEqual(video);
});

it("gives up waiting when the user signs out, or the call is aborted", async () => {
  const { session, client, videos } = await signedIn(() => unauthorized);
  const aborting = new AbortController();
  const aborted = videos.readVideo("v", undefined, aborting.signal);
  const call = videos.readVideo("w");
  await vi.waitFor(() => expect(session.sessionExpired.value).toBe(true));
  aborting.abort();
  await aborted.catch((error: unknown) => expect(client.isAbort(error)).toBe(true));
  await session.signOut();
  await expect(call).rejects.toMatchObject({ status: 401 });
});

it("repeats a throttled GET when the time is over, and lets others wait", async () => {
  const answers: FakeAnswer[] = [{ status: 429, body: { message: "Too Many Requests" }, headers: { "retry-after": "3" } }];
  const { requests, client, videos } = await signedIn(() => answers.shift() ?? { status: 200, body: video });
  vi.useFakeTimers();
  const calls = Promise.all([videos.readVideo("v"), vi.advanceTimersByTimeAsync(0).then(() => videos.readVideo("w"))]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(client.throttledUntil.value).toBeGreaterThan(Date.now());
  expect(requests.filter(({ action }) => !action)).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(4000);
  expect(await calls).toEqual([video, video]);
  expect(client.throttledUntil.value).toBeUndefined();
});

it("does not repeat a throttled POST", async () => {
  const { client, videos } = await signedIn(() => ({ status: 503, body: { message: "Service Unavailable" } }));
  const error: unknown = await videos.completeUpload("v").catch((refused: unknown) => refused);
  expect(error).toBeInstanceOf(client.ApiError);
  expect(error).toMatchObject({ status: 503, code: "unavailable", retryAfterSeconds: 5 });
});

it("throws the problem of an answer", async () => {
  const problem = { type: "about:blank", title: "Conflict", status: 409, detail: "Wait.", code: "not_finished" };
  const { videos } = await signedIn(() => ({ status: 409, body: problem }));
  const call = videos.retryVideo("v", {}, "key");
  await expect(call).rejects.toMatchObject({ status: 409, code: "not_finished", problem, message: "Wait." });
});

it("throws an OfflineError without an answer", async () => {
  const { client, videos } = await signedIn(() => "offline");
  await expect(videos.listVideos()).rejects.toBeInstanceOf(client.OfflineError);
});

it("returns null without a webhook", async () => {
  await signedIn(() => ({ status: 404, body: { code: "not_found", status: 404, detail: "", title: "", type: "" } }));
  const { readWebhook } = await import("./webhook");
  expect(await readWebhook()).toBeNull();
});
