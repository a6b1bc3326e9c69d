import type { Page } from "@playwright/test";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Delivery, DeliveryPage, MailSettings } from "../src/api/schema";
import { NO_WEBHOOK } from "./support/guard";
import { goTo, signIn } from "./support/page";
import { expect, test } from "./support/test";

const AT = "2026-11-21T12:00:00.000Z";

/** The newest delivery in the list. */
const newest = (page: Page) => page.getByRole("list", { name: "Deliveries" }).getByRole("listitem").first();

/** Sets the webhook's URL on the settings. */
async function setWebhook(page: Page, url: string): Promise<void> {
  await page.getByLabel("Address").fill(url);
  await page.getByRole("button", { name: /^(Set webhook|Save address)$/ }).click();
  await page.getByRole("dialog", { name: "Your webhook's secret" }).getByRole("button", { name: "Done" }).click();
}

test("mail preferences are saved at once, and a refused choice is undone", async ({ page, person, guard }) => {
  guard.allow(NO_WEBHOOK, /^status 500: PUT \S+\/mail$/);
  await signIn(page, person);
  await goTo(page, "#/settings");
  const mail = page.getByRole("region", { name: "Mail", exact: true });
  await expect(mail).toContainText(person.email);
  await expect(mail.getByRole("radio", { name: "Every video" })).toBeChecked();
  await mail.getByRole("radio", { name: "Failures only" }).check();
  await expect(page.getByText("Saved.")).toBeAttached();
  await mail.getByRole("checkbox", { name: "Remind me three days before a video expires" }).check();
  const saved = async () => (await person.api.call<MailSettings>("GET", "mail")).body;
  await expect.poll(saved).toMatchObject({ mail: "failures", expiryReminder: true });
  await page.reload();
  await expect(mail.getByRole("radio", { name: "Failures only" })).toBeChecked();

  await page.route(/\/mail$/, (route) =>
    route.request().method() === "PUT" ? route.fulfill({ status: 500, json: {} }) : route.continue(),
  );
  await mail.getByRole("radio", { name: "Nothing" }).click();
  await expect(mail.getByRole("alert")).toBeVisible();
  await expect(mail.getByRole("radio", { name: "Failures only" })).toBeChecked();
  expect(await saved()).toMatchObject({ mail: "failures" });
});

test("an address that bounced is tried again", async ({ page, person, guard }) => {
  guard.allow(NO_WEBHOOK);
  await page.route(/\/mail$/, async (route) => {
    if (route.request().method() !== "GET") return route.continue();
    const answer = await route.fetch();
    const settings = (await answer.json()) as MailSettings;
    await route.fulfill({ response: answer, json: { ...settings, blocked: { reason: "bounce", at: AT } } });
  });
  await signIn(page, person);
  await goTo(page, "#/settings");
  const mail = page.getByRole("region", { name: "Mail", exact: true });
  await expect(mail).toContainText(`A mail to ${person.email} could not be delivered`);
  await mail.getByRole("button", { name: "Try again" }).click();
  await expect(mail.getByRole("button", { name: "Try again" })).toHaveCount(0);
});

test("a test event is delivered", async ({ page, person, guard }) => {
  guard.allow(NO_WEBHOOK);
  // the local stack delivers to this machine
  const receiver = createServer((request, response) => request.resume().on("end", () => response.writeHead(204).end()));
  await once(receiver.listen(0, "127.0.0.1"), "listening");
  try {
    await signIn(page, person);
    await goTo(page, "#/settings");
    await setWebhook(page, `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/frames`);
    await expect(page.getByText("No event was sent yet.")).toBeVisible();
    await page.getByRole("button", { name: "Send test event" }).click();
    await expect(newest(page)).toContainText("webhook.test · delivered");
    await expect(newest(page)).toContainText(/The receiver answered 204 after [\d,]+ ms\./);
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
});

test("a test event that cannot be delivered is listed with each attempt", async ({ page, person, guard }) => {
  guard.allow(NO_WEBHOOK);
  await signIn(page, person);
  await goTo(page, "#/settings");
  await setWebhook(page, "https://nowhere.invalid/frames");
  await page.getByRole("button", { name: "Send test event" }).click();
  await expect(newest(page)).toContainText("webhook.test · pending");
  await expect(newest(page)).toContainText("The host's name does not exist. Check the address.");
  await expect(page.getByText(/^No delivery has succeeded since/)).toBeVisible();
  // the second attempt follows after five seconds, and the third five minutes later
  const attempts = async () => {
    const { body } = await person.api.call<DeliveryPage>("GET", "webhook/deliveries");
    return body.deliveries[0]?.attempts.length;
  };
  await expect.poll(attempts, { timeout: 60_000 }).toBe(2);
  await page.reload();
  await newest(page).getByText("2 attempts").click();
  const listed = newest(page).getByRole("listitem");
  await expect(listed).toHaveCount(2);
  for (const attempt of await listed.all()) await expect(attempt).toContainText("The host's name does not exist.");
});

test("a failed delivery is listed with its attempts and sent again", async ({ page, person }) => {
  const first = { at: AT, durationMs: 12, status: 500 };
  const second = { at: "2026-11-21T12:05:00.000Z", durationMs: 15_000, error: "The receiver did not answer within 15 seconds." };
  const third = { at: "2026-11-21T12:10:00.000Z", durationMs: 7, status: 200 };
  const id = "evt_01990000-0000-7000-8000-000000000001";
  const video = "01990000-0000-7000-8000-000000000000";
  let delivery: Delivery = { id, type: "video.ready", video, status: "failed", createdAt: AT, attempts: [first, second] };
  let failingSince: string | undefined = AT;
  await page.route(/\/webhook$/, (route) =>
    route.fulfill({ json: { url: "https://example.com/frames", createdAt: AT, updatedAt: AT, failingSince } }),
  );
  await page.route(/\/webhook\/deliveries$/, (route) => route.fulfill({ json: { deliveries: [delivery] } }));
  await page.route(new RegExp(`/webhook/deliveries/${id}$`), (route) => route.fulfill({ json: delivery }));
  await page.route(new RegExp(`/webhook/deliveries/${id}/resend$`), async (route) => {
    await route.fulfill({ status: 202, json: { ...delivery, status: "pending" } });
    delivery = { ...delivery, status: "delivered", attempts: [first, second, third] };
    failingSince = undefined;
  });
  await signIn(page, person);
  await goTo(page, "#/settings");
  await expect(page.getByText(/^No delivery has succeeded since/)).toBeVisible();
  const row = newest(page);
  await expect(row.getByRole("link", { name: "video.ready" })).toHaveAttribute("href", new RegExp(video));
  await expect(row).toContainText("failed");
  await row.getByText("2 attempts").click();
  await expect(row).toContainText("The receiver answered 500 after 12 ms.");
  await row.getByRole("button", { name: "Send video.ready again" }).click();
  await expect(row).toContainText("delivered");
  await expect(row).toContainText("3 attempts");
  await expect(page.getByText(/^No delivery has succeeded since/)).toHaveCount(0);
});

test("the chosen language becomes the language of mails", async ({ page, person }) => {
  await signIn(page, person);
  const isCall = (action: string) => (request: { headers(): Record<string, string> }) =>
    request.headers()["x-amz-target"]?.endsWith(`.${action}`) ?? false;
  const saving = page.waitForRequest(isCall("UpdateUserAttributes"));
  const renewing = page.waitForResponse((answer) => isCall("InitiateAuth")(answer.request()));
  await page.getByRole("button", { name: "Account, language and theme" }).click();
  await page.getByRole("menuitemradio", { name: "Português" }).click();
  expect((await saving).postDataJSON()).toMatchObject({ UserAttributes: [{ Name: "locale", Value: "pt-BR" }] });
  const { AuthenticationResult: tokens } = (await (await renewing).json()) as { AuthenticationResult: { IdToken: string } };
  const claims: unknown = JSON.parse(Buffer.from(tokens.IdToken.split(".")[1] ?? "", "base64url").toString());
  expect(claims).toMatchObject({ locale: "pt-BR" });
});
