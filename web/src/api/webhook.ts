import { pause } from "../pause";
import { api, ApiError, result } from "./client";
import { pathOf } from "./given";
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

export async function deleteWebhook(): Promise<void> {
  await result(api.DELETE("/webhook"));
}

/** Creates the delivery of a test event. `nextAttempt` waits for its result. */
export function testWebhook(): Promise<Delivery> {
  return result(api.POST("/webhook/test"));
}

/** Returns the last 100 deliveries, newest first. */
export async function readDeliveries(signal: AbortSignal): Promise<readonly Delivery[]> {
  return (await result(api.GET("/webhook/deliveries", { signal }))).deliveries;
}

export function resendDelivery(id: string): Promise<Delivery> {
  return result(api.POST("/webhook/deliveries/{id}/resend", { params: pathOf(id) }));
}

/** The time for one attempt (15 s) and its way through the queue. */
const LONGEST_WAIT_MS = 30_000;
/** The time between two reads of a delivery. */
const PAUSE_MS = 500;

/**
 * Waits until one more attempt was made than this delivery has, or none follows. After half a minute, returns the
 * delivery as it is.
 */
export async function nextAttempt(delivery: Delivery, signal: AbortSignal): Promise<Delivery> {
  const params = pathOf(delivery.id);
  for (const end = Date.now() + LONGEST_WAIT_MS; ; ) {
    const now = await result(api.GET("/webhook/deliveries/{id}", { params, signal }));
    const isOver = now.attempts.length > delivery.attempts.length || now.status !== "pending";
    if (isOver || Date.now() >= end) return now;
    await pause(PAUSE_MS, signal);
  }
}
