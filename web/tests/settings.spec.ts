import { NO_WEBHOOK } from "./support/guard";
import { atHome, goTo, signIn } from "./support/page";
import { PASSWORD } from "./support/person";
import { expect, test } from "./support/test";

test("the language is changed and remembered", async ({ page, person, guard }) => {
  guard.allow(NO_WEBHOOK);
  await signIn(page, person);
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await page.getByRole("button", { name: "Account, language and theme" }).click();
  await page.getByRole("menuitemradio", { name: "Português" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "pt-BR");
  await expect(page.getByText("Solte seus vídeos aqui")).toBeVisible();
  await expect(page).toHaveTitle("Biblioteca · framezip");
  await page.reload();
  await expect(page.getByText("Solte seus vídeos aqui")).toBeVisible();
  await goTo(page, "#/settings");
  await page.getByRole("radio", { name: "English" }).check();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await goTo(page, "#/");
  await atHome(page);
});

test.describe("in a Brazilian browser", () => {
  test.use({ locale: "pt-BR" });

  test("the page starts in Portuguese", async ({ page, person }) => {
    await page.goto("./");
    await expect(page.locator("html")).toHaveAttribute("lang", "pt-BR");
    await expect(page.getByRole("heading", { name: "Solte um vídeo e veja os quadros." })).toBeVisible();
    await page.getByLabel("E-mail").fill(person.email);
    await page.getByLabel("Senha", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Entrar" }).click();
    await expect(page.getByText("Solte seus vídeos aqui")).toBeVisible();
  });
});

test("the theme is changed and remembered", async ({ page, person, guard }) => {
  guard.allow(NO_WEBHOOK);
  await page.emulateMedia({ colorScheme: "light" });
  await signIn(page, person);
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await goTo(page, "#/settings");
  await page.getByRole("radio", { name: "Dark" }).check();
  await expect.poll(background).not.toBe(light);
  await page.reload();
  await expect(page.getByRole("radio", { name: "Dark" })).toBeChecked();
  expect(await background()).not.toBe(light);
});

test("a webhook is set, and its secret is shown once", async ({ page, person, guard }) => {
  guard.allow(NO_WEBHOOK, /^status 400: PUT \S+\/webhook$/);
  await signIn(page, person);
  await goTo(page, "#/settings");
  await page.getByLabel("Address").fill("example.com/frames");
  await page.getByRole("button", { name: "Set webhook" }).click();
  await expect(page.getByText("This is not an address such as https://example.com/framezip.")).toBeVisible();
  await page.getByLabel("Address").fill("https://example.com/frames");
  await page.getByRole("button", { name: "Set webhook" }).click();
  const secret = page.getByRole("dialog", { name: "Your webhook's secret" });
  await expect(secret.getByLabel("Secret")).toHaveValue(/^whsec_/);
  await secret.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Remove webhook" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove webhook" }).click();
  await expect(page.getByRole("button", { name: "Set webhook" })).toBeVisible();
});
