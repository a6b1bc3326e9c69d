// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from "vitest";
import { language, setLanguage } from "../i18n";
import { type FakeAnswer, type FakeRequest, fakeServer, granted, refusal } from "./fake-server";
import { chooseLanguage, mailLanguage } from "./mail-language";
import { session, signIn, signOut } from "./session";

const saved = (requests: FakeRequest[]) =>
  requests
    .filter(({ action }) => action === "UpdateUserAttributes")
    .map(({ body }) => (body["UserAttributes"] as { Value: string }[])[0]?.Value);

/** Signs a user in; `answer` answers when the language of mails is saved. */
async function signedIn(answer: () => FakeAnswer): Promise<FakeRequest[]> {
  const requests = fakeServer(({ action }) => {
    if (action === "InitiateAuth") return granted("a", { locale: "pt-BR" });
    return action === "UpdateUserAttributes" ? answer() : { status: 200, body: {} };
  });
  await signIn("ada@example.com", "pw", false);
  return requests;
}

afterEach(async () => {
  await signOut();
  setLanguage("en");
  vi.unstubAllGlobals();
});

it("knows the language of the user's mails", async () => {
  expect(mailLanguage.value).toBeUndefined();
  await signedIn(() => ({ status: 200, body: {} }));
  expect(mailLanguage.value).toBe("pt");
  chooseLanguage("en");
  expect(mailLanguage.value).toBeUndefined();
});

it("saves the last of two quick choices last", async () => {
  const requests = await signedIn(() => ({ status: 200, body: {} }));
  chooseLanguage("pt");
  chooseLanguage("en");
  await vi.waitFor(() => expect(saved(requests)).toHaveLength(2));
  expect(saved(requests).at(-1)).toBe("en");
});

it("keeps the page's language and the session if the mails' language cannot be saved", async () => {
  const requests = await signedIn(() => refusal("NotAuthorizedException"));
  chooseLanguage("pt");
  await vi.waitFor(() => expect(saved(requests)).toEqual(["pt-BR"]));
  expect(language.value).toBe("pt");
  expect(session.value?.userId).toBe("user-1");
  chooseLanguage("en");
  await vi.waitFor(() => expect(saved(requests)).toEqual(["pt-BR", "en"]));
});
