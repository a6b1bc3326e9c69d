import { codeAfter, codesTo } from "./support/mail";
import { COGNITO_REFUSAL, NO_WEBHOOK } from "./support/guard";
import { atHome, goTo, signIn } from "./support/page";
import { newEmail, PASSWORD } from "./support/person";
import { expect, test } from "./support/test";

test("signing up needs the code from the mail", async ({ page, guard }) => {
  guard.allow(COGNITO_REFUSAL);
  const email = newEmail();
  await page.goto("./");
  await page.getByRole("button", { name: "Create an account" }).click();
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("Use at least 12 characters")).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();

  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeFocused();
  const code = await codeAfter(email, 0);
  await page.getByLabel("Code").fill(code === "000000" ? "000001" : "000000");
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("This is not the code that we sent.")).toBeVisible();
  await page.getByLabel("Code").fill(code);
  await page.getByRole("button", { name: "Confirm" }).click();
  await atHome(page);
  await expect(page.getByText("Drop your videos here")).toBeVisible();

  // the session survives a reload of the tab, and ends with signing out
  await page.reload();
  await atHome(page);
  await page.getByRole("button", { name: "Account, language and theme" }).click();
  await expect(page.getByText(email)).toBeVisible();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("a wrong password is refused in words", async ({ page, person, guard }) => {
  guard.allow(COGNITO_REFUSAL);
  await page.goto("./");
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill("Wrong-horse-9-battery");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("The e-mail address or the password is wrong.")).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await atHome(page);
});

test("a forgotten password is replaced with a code", async ({ page, person, guard }) => {
  guard.allow(COGNITO_REFUSAL);
  const before = (await codesTo(person.email)).length;
  await page.goto("./");
  await page.getByRole("button", { name: "Forgotten password?" }).click();
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByRole("button", { name: "Send code" }).click();
  await expect(page.getByRole("heading", { name: "New password" })).toBeFocused();
  await page.getByLabel("Code").fill(await codeAfter(person.email, before));
  await page.getByRole("textbox", { name: "New password", exact: true }).fill("Another-horse-9-battery");
  await page.getByRole("button", { name: "Save password" }).click();
  await atHome(page);
});

test("signing out everywhere ends the session on another device", async ({ page, person, guard, openContext }) => {
  guard.allow(COGNITO_REFUSAL, NO_WEBHOOK);
  const other = await (await openContext()).newPage();
  await signIn(other, person, { stay: true });
  await signIn(page, person);
  await goTo(page, "#/settings");
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  const dialog = page.getByRole("dialog", { name: "Sign out on all devices?" });
  await dialog.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await other.reload();
  await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
});
