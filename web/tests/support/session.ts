import type { Page } from "@playwright/test";
import { stackUrl } from "./stack";

/** The API's routes of videos. */
const API = /\/videos(\?|\/|$)/;

/** Lets the API refuse the page's token and Cognito its refresh token. Returns what ends that. */
export async function endSession(page: Page): Promise<() => Promise<void>> {
  await page.route(API, (route) => route.fulfill({ status: 401, json: { message: "Unauthorized" } }));
  const cognito = (url: URL) => url.href === `${stackUrl.origin}/`;
  await page.route(cognito, (route) => {
    if (!route.request().postData()?.includes("REFRESH_TOKEN_AUTH")) return route.fallback();
    return route.fulfill({
      status: 400,
      headers: { "access-control-allow-origin": "*" },
      json: { __type: "NotAuthorizedException", message: "Refresh Token has been revoked" },
    });
  });
  return async () => {
    await page.unroute(API);
    await page.unroute(cognito);
  };
}
