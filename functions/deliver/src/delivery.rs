//! One delivery, from the claim to the log.
//!
//! An attempt may be made twice, if the function crashes between the request and the write of the log.
//! Receivers recognize repetitions by `webhook-id`.

use crate::{
    delays,
    deliverer::Deliverer,
    sender::{DeliveryError, Event},
};
use aws_sdk_dynamodb::error::DisplayErrorContext;
use framezip_contract::{
    Counts, Delivery, DeliveryAttempt, DeliveryMessage, EventId, UserId, Webhook,
};
use framezip_runtime::{
    metric,
    sqs::{HandlerError, Later, ReceivedMessage},
};
use framezip_store::{
    AttemptOutcome, ClaimedDelivery, DeliveryClaim, Lease, StoreError, StoredWebhook, WebhookHealth,
};
use jiff::{SignedDuration, Timestamp};
use std::time::{Duration, Instant};

/// The time for which a message keeps the right to make an attempt: that of the request and of all writes.
const ATTEMPT_LEASE: Duration = Duration::from_secs(30);

/// The status of a receiver that is gone for good.
const GONE: u16 = 410;

/// Makes the attempt that is due. The message stays on the queue, hidden until the next one, while the
/// delivery is pending.
///
/// # Errors
/// [`Later`] while the delivery is pending; any other error if the table could not be read or written.
pub(crate) async fn deliver(
    deliverer: &Deliverer,
    message: DeliveryMessage,
    received: ReceivedMessage,
) -> Result<(), HandlerError> {
    let DeliveryMessage { owner, event, .. } = &message;
    let lease = Lease::of(&received.message_id, ATTEMPT_LEASE);
    let claimed = match deliverer.videos.claim_delivery(owner, *event, &lease).await? {
        DeliveryClaim::Taken(claimed) => claimed,
        DeliveryClaim::Early(wait) => return Err(Later(wait).into()),
        DeliveryClaim::Over => {
            tracing::info!(
                user.id = %owner,
                event.id = %event,
                "ignored a message: its delivery is over"
            );
            return Ok(());
        }
    };
    let webhook = deliverer.videos.webhook(owner).await?;
    let Some(webhook) = webhook.filter(|webhook| webhook.webhook.disabled_at.is_none()) else {
        deliverer.videos.cancel_delivery(owner, *event, &received.message_id).await?;
        tracing::info!(
            user.id = %owner,
            event.id = %event,
            "cancelled a delivery: there is no webhook, or it is off"
        );
        return Ok(());
    };
    let attempt = attempt(deliverer, owner, &claimed.delivery, &webhook).await?;
    metric::record(&deliverer.videos, &Counts::webhook(&attempt)).await;
    let outcome = outcome(deliverer, owner, &webhook.webhook, &claimed, &attempt).await?;
    let message_id = &received.message_id;
    let is_ours =
        deliverer.videos.delivery_attempted(owner, *event, message_id, &attempt, outcome).await?;
    match outcome {
        AttemptOutcome::Retry(due) if is_ours => Err(Later(time_until(due)).into()),
        _ => Ok(()),
    }
}

/// Sends the event once.
async fn attempt(
    deliverer: &Deliverer,
    owner: &UserId,
    delivery: &Delivery,
    webhook: &StoredWebhook,
) -> Result<DeliveryAttempt, serde_json::Error> {
    let body = serde_json::to_string(&delivery.event())?;
    let id = delivery.id.to_string();
    let event = Event { id: &id, body: &body };
    let (at, started) = (Timestamp::now(), Instant::now());
    let sent = deliverer.sender.send(&webhook.webhook.url, &webhook.secrets(), event).await;
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    log(owner, delivery.id, &sent, duration_ms);
    let (status, error) = match sent {
        Ok(status) => (Some(status), None),
        Err(error) => (None, Some(error.to_string())),
    };
    Ok(DeliveryAttempt { at, status, error, duration_ms })
}

/// Logs an attempt, without the URL, since its query may be a secret.
fn log(owner: &UserId, event: EventId, sent: &Result<u16, DeliveryError>, duration_ms: u64) {
    match sent {
        Ok(status) => tracing::info!(
            user.id = %owner,
            event.id = %event,
            webhook.status = status,
            duration_ms,
            "a webhook answered an event"
        ),
        Err(error) => tracing::info!(
            user.id = %owner,
            event.id = %event,
            error = %DisplayErrorContext(error),
            duration_ms,
            "a webhook did not answer an event"
        ),
    }
}

/// Decides what follows an attempt, and records what it says about the webhook.
///
/// The webhook's state is written before the delivery's. After a crash between them the attempt is made
/// again, and both writes are.
async fn outcome(
    deliverer: &Deliverer,
    owner: &UserId,
    webhook: &Webhook,
    claimed: &ClaimedDelivery,
    attempt: &DeliveryAttempt,
) -> Result<AttemptOutcome, StoreError> {
    if attempt.is_success() {
        if webhook.failing_since.is_some() {
            deliverer.videos.webhook_works(owner, webhook).await?;
        }
        return Ok(AttemptOutcome::Delivered);
    }
    if attempt.status == Some(GONE) {
        if deliverer.videos.disable_webhook(owner, webhook).await? {
            tracing::info!(user.id = %owner, "switched off a webhook: its receiver answered 410");
        }
        return Ok(AttemptOutcome::Failed);
    }
    if deliverer.videos.webhook_failed(owner, webhook).await? == WebhookHealth::SwitchedOff {
        tracing::info!(user.id = %owner, "switched off a webhook: it failed for five days");
        return Ok(AttemptOutcome::Failed);
    }
    let next = |delay: SignedDuration| AttemptOutcome::Retry(Timestamp::now() + delay);
    Ok(delays::after(claimed.tries).map_or(AttemptOutcome::Failed, next))
}

fn time_until(due: Timestamp) -> Duration {
    Duration::try_from(due.duration_since(Timestamp::now())).unwrap_or_default()
}

#[cfg(test)]
mod tests;
