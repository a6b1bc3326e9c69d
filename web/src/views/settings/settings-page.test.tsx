// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type FakeAnswer, type FakeRequest, fakeServer, granted, refusal } from "../../auth/fake-server";
import { session, signIn, signOut } from "../../auth/session";
import { setLanguage } from "../../i18n";
import { clearToasts, Toasts } from "../../ui/toast";
import SettingsPage from "./settings-page";

const url = "https://example.com/framezip";
const webhook = { url, createdAt: "2026-11-21T12:00:00.000Z", updatedAt: "2026-11-21T12:00:00.000Z" };
const problem = (status: number, code: string, detail: string, errors?: object[]): FakeAnswer => ({
  status,
  body: { type: "about:blank", title: "", status, code, detail, ...(errors ? { errors } : {}) },
});
const mail = { email: "ada@example.com", mail: "all", expiryReminder: false };
const delivery = (attempt: object) => ({
  id: "evt_1",
  type: "webhook.test",
  status: "pending",
  createdAt: "2026-11-21T12:00:00.000Z",
  attempts: [{ at: "2026-11-21T12:00:00.000Z", durationMs: 12, ...attempt }],
});
let deliveries: object[] = [];
const none = problem(404, "not_found", "");

const text = () => document.body.textContent ?? "";
const press = (name: string) => {
  const buttons = [...document.querySelectorAll("button")].filter((button) => button.textContent === name);
  buttons.at(-1)?.click();
};

const cognito = (action: string): FakeAnswer => (action === "InitiateAuth" ? granted("a") : { status: 200, body: {} });

/** Shows the settings of a signed-in user; `answer` answers for the webhook, and `account` for Cognito. */
async function show(
  answer: (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>,
  account = cognito,
): Promise<FakeRequest[]> {
  const requests = fakeServer((request) => {
    if (request.action) return account(request.action);
    if (request.path === "/mail" && request.method === "GET") return { status: 200, body: mail };
    if (request.path === "/webhook/deliveries") return { status: 200, body: { deliveries } };
    return answer(request);
  });
  await signIn("ada@example.com", "pw", false);
  render(
    <>
      <SettingsPage />
      <Toasts />
    </>,
    document.body,
  );
  return requests;
}

async function setUrl(value: string): Promise<void> {
  const input = await vi.waitUntil(() => document.querySelector<HTMLInputElement>("[name=url]"));
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((resolve) => setTimeout(resolve));
  input.form?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
}

// happy-dom has no popovers
Object.assign(HTMLElement.prototype, { showPopover: vi.fn(), hidePopover: vi.fn() });

beforeEach(() => {
  setLanguage("en");
  deliveries = [];
});
afterEach(async () => {
  clearToasts();
  render(null, document.body);
  await signOut();
  vi.unstubAllGlobals();
});

it("keeps what is typed as soon as the field is there", async () => {
  const added = new MutationObserver(() => {
    const input = document.querySelector<HTMLInputElement>("[name=url]");
    if (!input) return;
    added.disconnect();
    input.value = url;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  added.observe(document.body, { childList: true, subtree: true });
  await show(() => none);
  await vi.waitFor(() => expect(document.querySelector("[name=url]")).not.toBeNull());
  // the effects of a render run after the next frame
  for (let frame = 0; frame < 2; frame += 1) {
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  }
  expect(document.querySelector<HTMLInputElement>("[name=url]")?.value).toBe(url);
});

it("offers the page's language for mails, too, and says if it could not be saved", async () => {
  let [locale, isBroken] = ["pt-BR", true];
  const requests = await show(
    () => none,
    (action) => {
      if (action !== "UpdateUserAttributes") return action === "InitiateAuth" ? granted(locale, { locale }) : cognito(action);
      if (isBroken) return refusal("InternalErrorException");
      locale = "en";
      return { status: 200, body: {} };
    },
  );
  const sentence = "Your mails are in another language.";
  await vi.waitFor(() => expect(text()).toContain(sentence));
  press("Use this language for mails, too");
  await vi.waitFor(() => expect(text()).toContain("The language of your mails could not be saved."));
  await vi.waitFor(() => expect(text()).toContain(sentence));
  isBroken = false;
  press("Use this language for mails, too");
  await vi.waitFor(() => expect(requests.at(-1)?.body).toMatchObject({ AuthFlow: "REFRESH_TOKEN_AUTH" }));
  await vi.waitFor(() => expect(session.value?.locale).toBe("en"));
  // the sentence is also hidden while the save goes on
  await new Promise((resolve) => setTimeout(resolve));
  expect(text()).not.toContain(sentence);
});

it("sets a webhook and shows its secret once", async () => {
  const requests = await show(({ method }) =>
    method === "PUT" ? { status: 201, body: { ...webhook, secret: "whsec_c2VjcmV0" } } : none,
  );
  await setUrl(url);
  const secret = await vi.waitUntil(() => document.querySelector<HTMLInputElement>("dialog input"));
  expect(secret.value).toBe("whsec_c2VjcmV0");
  const dialog = secret.closest("dialog");
  dialog?.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, clientX: 9, clientY: 9 }));
  dialog?.dispatchEvent(new Event("cancel", { cancelable: true }));
  // what closes the dialog would do so with the next rendering
  await new Promise((resolve) => setTimeout(resolve));
  expect(document.querySelector("dialog input")).toBe(secret);
  expect(requests.filter(({ method }) => method === "PUT")).toMatchObject([{ path: "/webhook", body: { url } }]);
  press("Done");
  await vi.waitFor(() => expect(document.querySelector("dialog")).toBeNull());
  expect(document.body.innerHTML).not.toContain("whsec_");
  expect(text()).toContain("Send test event");
});

it("says at the field what is wrong with an address", async () => {
  const errors = [{ field: "url", detail: "must have a host on the public internet" }];
  await show(({ method }) => (method === "PUT" ? problem(400, "invalid_request", "", errors) : none));
  await setUrl("https://10.0.0.1/");
  await vi.waitFor(() => expect(document.activeElement?.getAttribute("aria-invalid")).toBe("true"));
  expect(document.querySelector(".field-error")?.textContent).toBe("The address must be on the public internet.");
});

/** Answers to a test: its delivery, and then that delivery with an attempt. */
const tested = (attempt: object) => (request: FakeRequest): FakeAnswer => {
  if (request.path === "/webhook/test") return { status: 202, body: { ...delivery({}), attempts: [] } };
  if (request.path === "/webhook/deliveries/evt_1") return { status: 200, body: delivery(attempt) };
  return { status: 200, body: webhook };
};

it("says why a test event did not arrive, in the chosen language", async () => {
  await show(tested({ error: "The receiver did not answer within 15 seconds." }));
  await vi.waitFor(() => expect(text()).toContain("Send test event"));
  press("Send test event");
  await vi.waitFor(() => expect(text()).toContain("The receiver did not answer within 15 seconds."));
  setLanguage("pt");
  await vi.waitFor(() => expect(text()).toContain("O receptor não respondeu em 15 segundos."));
});

it("warns when the receiver refused the test event", async () => {
  await show(tested({ status: 500 }));
  await vi.waitFor(() => expect(text()).toContain("Send test event"));
  press("Send test event");
  await vi.waitFor(() => expect(text()).toContain("The receiver answered 500 after 12 ms"));
});

it("saves the mails that the user wants, and takes a choice back that was refused", async () => {
  let isBroken = true;
  const requests = await show(({ path }) => {
    if (path === "/webhook") return none;
    return isBroken ? { status: 500 } : { status: 200, body: { ...mail, mail: "failures" } };
  });
  const choice = (value: string) => document.querySelector<HTMLInputElement>(`input[value=${value}]`);
  await vi.waitFor(() => expect(choice("all")?.checked).toBe(true));
  choice("failures")?.click();
  await vi.waitFor(() => expect(document.querySelector('[role="alert"]')).not.toBeNull());
  expect(requests.find(({ method }) => method === "PUT")).toMatchObject({ path: "/mail", body: { mail: "failures" } });
  expect(choice("all")?.checked).toBe(true);
  isBroken = false;
  press("Try again");
  await vi.waitFor(() => expect(document.querySelector('[role="alert"]')).toBeNull());
  await vi.waitFor(() => expect(choice("failures")?.checked).toBe(true));
});

it("saves quick choices one after another, and goes back to the last one that was saved", async () => {
  const answers: ((status: number) => void)[] = [];
  const requests = await show(({ path, body }) => {
    if (path === "/webhook") return none;
    return new Promise((resolve) => answers.push((status) => resolve({ status, body: { ...mail, ...body } })));
  });
  const puts = () => requests.filter(({ method }) => method === "PUT").map(({ body }) => body["mail"]);
  const choice = (value: string) => document.querySelector<HTMLInputElement>(`input[value=${value}]`);
  await vi.waitFor(() => expect(choice("all")?.checked).toBe(true));
  choice("failures")?.click();
  await vi.waitFor(() => expect(puts()).toEqual(["failures"]));
  choice("none")?.click();
  await vi.waitFor(() => expect(choice("none")?.checked).toBe(true));
  // long enough for a second save to arrive, if it did not wait
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(puts()).toEqual(["failures"]);
  answers[0]?.(200);
  await vi.waitFor(() => expect(puts()).toEqual(["failures", "none"]));
  expect(choice("none")?.checked).toBe(true);
  answers[1]?.(500);
  await vi.waitFor(() => expect(choice("failures")?.checked).toBe(true));
});

it("shows each attempt of a delivery, and sends a failed one again", async () => {
  const at = "2026-11-21T12:00:00.000Z";
  const first = { at, durationMs: 9, status: 500 };
  const error = "The receiver did not answer within 15 seconds.";
  const second = { at: "2026-11-21T12:05:00.000Z", durationMs: 15_000, error };
  const third = { at: "2026-11-21T12:10:00.000Z", durationMs: 7, status: 200 };
  const attempts = [first, second];
  const failed = { id: "evt_2", type: "video.ready", video: "v1", status: "failed", createdAt: at, attempts };
  deliveries = [failed];
  const requests = await show(({ path }) => {
    if (path.endsWith("/resend")) return { status: 202, body: { ...failed, status: "pending" } };
    const after = { ...failed, status: "delivered", attempts: [...attempts, third] };
    return { status: 200, body: path === "/webhook" ? webhook : after };
  });
  await vi.waitFor(() => expect(text()).toContain("2 attempts"));
  expect([...document.querySelectorAll("details li")].map((row) => row.textContent)).toEqual([
    expect.stringContaining("The receiver answered 500 after 9 ms."),
    expect.stringContaining("The receiver did not answer within 15 seconds."),
  ]);
  document.querySelector<HTMLButtonElement>("[aria-label='Send video.ready again']")?.click();
  await vi.waitFor(() => expect(text()).toContain("3 attempts"));
  expect(document.querySelector(".deliveries-delivered")).not.toBeNull();
  await vi.waitFor(() => expect(requests.filter(({ path }) => path === "/webhook")).toHaveLength(2));
});

it("removes the webhook after asking", async () => {
  const requests = await show(({ method }) => (method === "DELETE" ? { status: 204 } : { status: 200, body: webhook }));
  await vi.waitFor(() => expect(text()).toContain("Remove webhook"));
  press("Remove webhook");
  await vi.waitFor(() => expect(document.querySelector("dialog")?.textContent).toContain(url));
  press("Remove webhook");
  await vi.waitFor(() => expect(document.querySelector<HTMLInputElement>("[name=url]")?.value).toBe(""));
  expect(requests.at(-1)).toMatchObject({ method: "DELETE", path: "/webhook" });
});
