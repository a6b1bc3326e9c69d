import { api, ApiError, result } from "./client";
import type { Delivery, Webhook, WebhookWithSecret } from "./types";

/** Returns the user's webhook without its secret, or `null` without a webhook. */
export async function readWebhook(signal?: AbortSignal): Promise<Webhook | null> {
  try {
    return await result(api.GET("/webhook", { signal: signal ?? null }));
  } catch (error) {
    if (error instanceof ApiError && error.code === "not_found") return null;
    throw error;
  }
}

/** Sets the webhook's URL. Only this answer has the new secret. The previous one signs for another day, if it may. */
export function setWebhook(url: string, expirePreviousSecret = false): Promise<WebhookWithSecret> {
  return result(api.PUT("/webhook", { body: { url, expirePreviousSecret } }));
}

/** Removes the webhook. */
export async function deleteWebhook(): Promise<void> {
  await result(api.DELETE("/webhook"));
}

/** Sends a test event. `readDelivery` returns what came of it. */
export function testWebhook(): Promise<Delivery> {
  return result(api.POST("/webhook/test"));
}

/** Returns the last 100 deliveries, newest first. */
export async function readDeliveries(signal: AbortSignal): Promise<readonly Delivery[]> {
  return (await result(api.GET("/webhook/deliveries", { signal }))).deliveries;
}

/** Delivers an event once more. */
export function resendDelivery(id: string): Promise<Delivery> {
  return result(api.POST("/webhook/deliveries/{id}/resend", { params: { path: { id } } }));
}

/** Waits until one more attempt was made than this delivery has, or none follows. */
export async function nextAttempt(delivery: Delivery, pauseMs = 500): Promise<Delivery> {
  const params = { path: { id: delivery.id } };
  for (;;) {
    const now = await result(api.GET("/webhook/deliveries/{id}", { params }));
    if (now.attempts.length > delivery.attempts.length || now.status !== "pending") return now;
    await new Promise((next) => setTimeout(next, pauseMs));
  }
}
