// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, it, vi } from "vitest";
import { fakeServer, granted, refusal } from "../../auth/fake-server";
import { session } from "../../auth/session";
import { setLanguage } from "../../i18n";
import { AccountForm } from "./account-form";

setLanguage("en");

function show(): HTMLFormElement {
  render(<AccountForm />, document.body);
  const form = document.querySelector("form");
  if (!form) throw new Error("no form");
  return form;
}

function write(name: string, value: string): void {
  const input = document.querySelector<HTMLInputElement>(`[name="${name}"]`);
  if (!input) throw new Error(`no field ${name}`);
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

async function submit(form: HTMLFormElement): Promise<void> {
  // after the rendering of what was written
  await new Promise((resolve) => setTimeout(resolve));
  form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
}

function press(text: string): void {
  const buttons = [...document.querySelectorAll("button")];
  buttons.find((button) => button.textContent?.trim() === text)?.click();
}

const heading = () => document.querySelector("h2")?.textContent;

afterEach(() => {
  render(null, document.body);
  vi.unstubAllGlobals();
});

it("focuses the first wrong field and ties its error to it", async () => {
  await submit(show());
  const email = document.querySelector<HTMLInputElement>("[name=email]");
  await vi.waitFor(() => expect(document.activeElement).toBe(email));
  const error = document.getElementById(email?.getAttribute("aria-describedby") ?? "");
  expect(error?.textContent).toBe("Enter your e-mail address.");
});

it("says what Cognito refused", async () => {
  fakeServer(() => refusal("NotAuthorizedException", "Incorrect username or password."));
  const form = show();
  write("email", "ada@example.com");
  write("password", "wrong");
  await submit(form);
  await vi.waitFor(() => expect(form.textContent).toContain("The e-mail address or the password is wrong."));
});

it("goes to the confirmation of an unconfirmed address, and signs in after it", async () => {
  let confirmed = false;
  const requests = fakeServer(({ action }) => {
    if (action === "ConfirmSignUp") confirmed = true;
    return confirmed ? granted("a") : refusal("UserNotConfirmedException");
  });
  const form = show();
  write("email", "ada@example.com");
  write("password", "Correct-horse-9");
  await submit(form);
  await vi.waitFor(() => expect(heading()).toBe("Check your mail"));
  await vi.waitFor(() => expect(document.activeElement?.tagName).toBe("H2"));
  write("code", "123 456");
  await submit(form);
  await vi.waitFor(() => expect(session.value?.email).toBe("ada@example.com"));
  expect(requests.find(({ action }) => action === "ConfirmSignUp")?.body["ConfirmationCode"]).toBe("123456");
});

it("names the rule for a weak new password before sending it", async () => {
  const requests = fakeServer(() => refusal("unexpected"));
  const form = show();
  press("Create an account");
  await vi.waitFor(() => expect(heading()).toBe("Create an account"));
  write("email", "ada@example.com");
  write("password", "short");
  await submit(form);
  await vi.waitFor(() => expect(form.querySelector(".field-error")?.textContent).toMatch(/at least 12 characters/));
  expect(requests).toHaveLength(0);
});

it.each([
  ["NotAuthorizedException", "User password cannot be reset in the current state.", "No code can be sent"],
  ["InvalidParameterException", "Cannot reset password for the user as there is no verified email", "No code can be sent"],
  ["NotAuthorizedException", "Request is not allowed.", "That did not work"],
  ["InvalidParameterException", "Value at 'password' is not valid.", "That did not work"],
  ["CodeMismatchException", "", "This is not the code"],
])("shows %s also at a step without its field", async (kind, message, shown) => {
  fakeServer(() => refusal(kind, message));
  const form = show();
  press("Forgotten password?");
  await vi.waitFor(() => expect(heading()).toBe("Forgotten password"));
  write("email", "ada@example.com");
  await submit(form);
  await vi.waitFor(() => expect(form.querySelector("[role=alert]")?.textContent).toContain(shown));
});

it("says that the server takes no sign-ups, not that the password is wrong", async () => {
  fakeServer(() => refusal("NotAuthorizedException", "SignUp is not permitted for this user pool"));
  const form = show();
  press("Create an account");
  await vi.waitFor(() => expect(heading()).toBe("Create an account"));
  write("email", "ada@example.com");
  write("password", "Correct-horse-9");
  await submit(form);
  await vi.waitFor(() => expect(form.querySelector("[role=alert]")?.textContent).toContain("No accounts can be created"));
  expect(form.querySelector(".field-error")).toBeNull();
});

it("sets a new password with a code", async () => {
  const requests = fakeServer(({ action }) => {
    if (action === "ForgotPassword") return { status: 200, body: { CodeDeliveryDetails: { Destination: "a***@e***" } } };
    return action === "InitiateAuth" ? granted("a") : { status: 200, body: {} };
  });
  const form = show();
  press("Forgotten password?");
  await vi.waitFor(() => expect(heading()).toBe("Forgotten password"));
  write("email", "ada@example.com");
  await submit(form);
  await vi.waitFor(() => expect(form.textContent).toContain("a***@e***"));
  write("code", "654321");
  write("password", "Another-horse-9");
  await submit(form);
  await vi.waitFor(() => expect(requests.at(-1)?.action).toBe("InitiateAuth"));
  expect(requests.at(-2)?.body).toMatchObject({ ConfirmationCode: "654321", Password: "Another-horse-9" });
});
