//! The attempts of deliveries: claimed by a message, then recorded with their outcome.

use super::{SLACK, STATUS, TRIES};
use crate::{
    Item, Lease, StoreError, Videos, Written,
    checks::{SET_CHECK, check_at},
    keys::{integer, number, text},
    lease::against,
};
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use framezip_contract::{Delivery, DeliveryAttempt, DeliveryStatus, EventId, UserId, format_time};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// The difference between the clocks of two functions. A message may arrive this early.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(1);
/// The attributes that only a pending delivery has.
const OUTSTANDING: &str = "lease, nextAttemptAt, #check, checkAt";

/// A delivery whose next attempt a message makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedDelivery {
    /// The delivery.
    pub delivery: Delivery,
    /// The number of attempts before this one, since the delivery was created or sent again.
    pub tries: u32,
}

/// The result of claiming a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryClaim {
    /// The message has the lease and makes the attempt.
    Taken(ClaimedDelivery),
    /// The attempt is due after this time.
    Early(Duration),
    /// The delivery is final, another message is making the attempt, or there is no such delivery. The
    /// message has no effect.
    Over,
}

/// The state of a delivery after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// The receiver accepted the event.
    Delivered,
    /// The attempt failed and was the last.
    Failed,
    /// The attempt failed. The next one is due at this time.
    Retry(Timestamp),
}

impl Videos {
    /// Takes the lease on the attempt that is due.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_delivery(
        &self,
        owner: &UserId,
        event: EventId,
        lease: &Lease,
    ) -> Result<DeliveryClaim, StoreError> {
        let now = self.now();
        let update = against(self.update_delivery(owner, event), &lease.owner, now)
            .update_expression("SET lease = :lease")
            .condition_expression(format!(
                "{STATUS} = :pending AND nextAttemptAt <= :soon AND expiresAt > :seconds \
                 AND (attribute_not_exists(lease) OR lease.#until < :millis OR lease.#owner = :owner)",
            ))
            .expression_attribute_values(":lease", self.value(lease)?)
            .expression_attribute_values(":pending", text(DeliveryStatus::Pending))
            // times of this form sort as text
            .expression_attribute_values(":soon", text(format_time(now + TOLERANCE)))
            .expression_attribute_values(":seconds", number(now.as_second()));
        match self.write_or_read(update).await? {
            Written::Done(item) => {
                let tries = integer(item.get(TRIES)).unwrap_or_default();
                let delivery = self.delivery_in(item)?;
                Ok(DeliveryClaim::Taken(ClaimedDelivery { delivery, tries }))
            }
            Written::Refused(found) => self.refused(found, now),
        }
    }

    /// Returns the reason why a claim was refused.
    fn refused(&self, found: Option<Item>, now: Timestamp) -> Result<DeliveryClaim, StoreError> {
        let Some(item) = found.filter(|item| self.is_kept(item)) else {
            return Ok(DeliveryClaim::Over);
        };
        let delivery = self.delivery_in(item)?;
        let wait = delivery.next_attempt_at.map(|due| due.duration_since(now));
        let wait = wait.filter(|wait| *wait > TOLERANCE);
        Ok(match wait.map(Duration::try_from) {
            Some(Ok(wait)) if delivery.status == DeliveryStatus::Pending => {
                DeliveryClaim::Early(wait)
            }
            _ => DeliveryClaim::Over,
        })
    }

    /// Adds an attempt to a delivery, ends the delivery or sets its next attempt, and releases the lease of
    /// the message `message_id`. Returns `false` if the message has lost the lease: then nothing changes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delivery_attempted(
        &self,
        owner: &UserId,
        event: EventId,
        message_id: &str,
        attempt: &DeliveryAttempt,
        outcome: AttemptOutcome,
    ) -> Result<bool, StoreError> {
        let update = self
            .update_leased(owner, event, message_id)
            .expression_attribute_values(":attempt", self.value(vec![attempt])?)
            .expression_attribute_values(":one", number(1));
        let added = "attempts = list_append(attempts, :attempt), tries = tries + :one";
        let update = match outcome {
            AttemptOutcome::Retry(due) => check_at(update, due + SLACK)
                .update_expression(format!(
                    "SET {added}, nextAttemptAt = :next, {SET_CHECK} REMOVE lease"
                ))
                .expression_attribute_values(":next", text(format_time(due))),
            AttemptOutcome::Delivered => ended(update, added, DeliveryStatus::Delivered),
            AttemptOutcome::Failed => ended(update, added, DeliveryStatus::Failed),
        };
        Ok(self.write(update).await?.is_some())
    }

    /// Ends a delivery without an attempt, because there is no webhook or it is off, and releases the lease
    /// of the message `message_id`. Returns `false` if the message has lost the lease: then nothing changes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn cancel_delivery(
        &self,
        owner: &UserId,
        event: EventId,
        message_id: &str,
    ) -> Result<bool, StoreError> {
        let update = self
            .update_leased(owner, event, message_id)
            .update_expression(format!("SET {STATUS} = :status REMOVE {OUTSTANDING}"))
            .expression_attribute_names("#check", "check")
            .expression_attribute_values(":status", text(DeliveryStatus::Cancelled));
        Ok(self.write(update).await?.is_some())
    }

    /// Starts a write to a delivery on which the message `message_id` has the lease.
    fn update_leased(
        &self,
        owner: &UserId,
        event: EventId,
        message_id: &str,
    ) -> UpdateItemFluentBuilder {
        self.update_delivery(owner, event)
            .condition_expression("lease.#owner = :owner")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", text(message_id))
    }
}

/// Completes a write that ends a delivery.
fn ended(
    update: UpdateItemFluentBuilder,
    added: &str,
    status: DeliveryStatus,
) -> UpdateItemFluentBuilder {
    update
        .update_expression(format!("SET {added}, {STATUS} = :status REMOVE {OUTSTANDING}"))
        .expression_attribute_names("#check", "check")
        .expression_attribute_values(":status", text(status))
}
