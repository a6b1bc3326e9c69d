/** A stand-in for Cognito and our API in tests: answers `fetch` and records what was asked. */
import { vi } from "vitest";

/** The answer of a fake: a status with a body, or no answer at all. */
export type FakeAnswer = { status: number; body?: unknown; headers?: Record<string, string> } | "offline";

/** One recorded request. */
export interface FakeRequest {
  method: string;
  path: string;
  /** The query with its question mark, or nothing. */
  query: string;
  authorization: string | null;
  /** The Cognito operation, if it was one. */
  action: string | undefined;
  body: Record<string, unknown>;
}

/** Returns an unsigned ID token with these claims. */
export function fakeIdToken(claims: Record<string, unknown>): string {
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  const payload = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `e30.${payload}.`;
}

/** Returns Cognito's answer with new tokens. `jti` makes them distinct. */
export function granted(jti: string, claims: Record<string, unknown> = {}, expiresIn = 3600): FakeAnswer {
  const idToken = fakeIdToken({ sub: "user-1", email: "ada@example.com", jti, ...claims });
  const result = { IdToken: idToken, AccessToken: `access-${jti}`, ExpiresIn: expiresIn };
  return { status: 200, body: { AuthenticationResult: { ...result, RefreshToken: "refresh-1" } } };
}

/** Returns a refusal by Cognito. */
export function refusal(kind: string, message = ""): FakeAnswer {
  return { status: 400, body: { __type: `com.amazonaws#${kind}`, message } };
}

/** Replaces `fetch`. `answer` decides for every request but the one for the settings. */
export function fakeServer(answer: (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>): FakeRequest[] {
  const requests: FakeRequest[] = [];
  vi.stubGlobal("fetch", async (input: Request | string, init?: RequestInit) => {
    const request = input instanceof Request ? input : new Request(input, init);
    const { pathname: path, search: query } = new URL(request.url);
    if (path === "/config.json") {
      return Response.json({ cognitoEndpoint: "https://cognito.test/", userPoolClientId: "client", region: "r", userPoolId: "p" });
    }
    const text = await request.text();
    const recorded: FakeRequest = {
      method: request.method,
      path,
      query,
      authorization: request.headers.get("authorization"),
      action: request.headers.get("x-amz-target")?.split(".")[1],
      body: text ? (JSON.parse(text) as Record<string, unknown>) : {},
    };
    requests.push(recorded);
    const made = await answer(recorded);
    if (made === "offline") throw new TypeError("Failed to fetch");
    return new Response(made.body === undefined ? null : JSON.stringify(made.body), {
      status: made.status,
      headers: { "content-type": "application/json", ...made.headers },
    });
  });
  return requests;
}
