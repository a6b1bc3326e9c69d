import { api, ApiError, result } from "./client";
import type { Webhook, WebhookTest, WebhookWithSecret } from "./types";

/** Returns the user's webhook without its secret, or `null` without a webhook. */
export async function readWebhook(signal?: AbortSignal): Promise<Webhook | null> {
  try {
    return await result(api.GET("/webhook", { signal: signal ?? null }));
  } catch (error) {
    if (error instanceof ApiError && error.code === "not_found") return null;
    throw error;
  }
}

/** Sets the webhook's URL. Only this answer has the new secret. */
export function setWebhook(url: string): Promise<WebhookWithSecret> {
  return result(api.PUT("/webhook", { body: { url } }));
}

/** Removes the webhook. */
export async function deleteWebhook(): Promise<void> {
  await result(api.DELETE("/webhook"));
}

/** Sends a test event now and returns the receiver's answer. */
export function testWebhook(): Promise<WebhookTest> {
  return result(api.POST("/webhook/test"));
}
