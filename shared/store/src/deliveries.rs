//! Deliveries of events to users' webhooks, one item per event: the entry in the log and the work to do.
//!
//! A delivery is `pending` until its receiver accepts the event or the last attempt fails. Meanwhile its
//! message is on the queue, hidden until the next attempt is due, and the item has a check, so that a lost
//! message is sent again.
//!
//! The status is stored as `deliveryStatus`, since every item with a `status` is in the index of videos.

mod attempts;

pub use attempts::{AttemptOutcome, ClaimedDelivery, DeliveryClaim};

use crate::{
    Item, StoreError, Videos, Written,
    check::PENDING,
    checks::{SET_CHECK, check_at},
    keys::{
        DELIVERIES, EXPIRES_AT, delivery_sort, integer, number, text, webhook_key,
        webhook_partition,
    },
};
use aws_sdk_dynamodb::{
    operation::{put_item::PutItemError, update_item::builders::UpdateItemFluentBuilder},
    types::builders::PutBuilder,
};
use framezip_contract::{
    Delivery, DeliveryStatus, EventId, EventType, UserId, VideoId, format_time,
};
use jiff::{SignedDuration, Timestamp};

/// The lifetime of a delivery, from its creation or from the last time it was sent again.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The time after a due attempt at which the reconciler looks for it.
const SLACK: SignedDuration = SignedDuration::from_mins(15);
/// The number of deliveries in a list.
const LISTED: i32 = 100;
/// The number of attempts from which a delivery cannot be sent again, so that it cannot outgrow an item.
const MOST_ATTEMPTS: usize = 100;

/// The attribute with the delivery's status.
const STATUS: &str = "deliveryStatus";
/// The attribute with the number of attempts since the delivery was created or sent again.
const TRIES: &str = "tries";

/// An event to deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// The event's id.
    pub event: EventId,
    /// The type of the event.
    pub kind: EventType,
    /// The video that the event is about.
    pub video: Option<VideoId>,
}

impl NewDelivery {
    /// Returns the delivery of a new event.
    pub fn now(kind: EventType, video: Option<VideoId>) -> Self {
        Self { event: EventId::now(), kind, video }
    }

    fn at(&self, now: Timestamp) -> Delivery {
        Delivery {
            id: self.event,
            kind: self.kind,
            video: self.video,
            status: DeliveryStatus::Pending,
            created_at: now,
            attempts: Vec::new(),
            next_attempt_at: Some(now),
        }
    }
}

/// The result of sending a delivery again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resend {
    /// The delivery is pending and due.
    Due(Delivery),
    /// It was pending before.
    Pending,
    /// It has had too many attempts.
    TooManyAttempts,
    /// There is no such delivery.
    NotFound,
}

impl Videos {
    /// Writes a delivery that is due now, and returns it. Returns `None` if there is one for the event:
    /// running it twice changes nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn create_delivery(
        &self,
        owner: &UserId,
        event: &NewDelivery,
    ) -> Result<Option<Delivery>, StoreError> {
        let delivery = event.at(self.now());
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(self.delivery_item(owner, &delivery)?))
            .condition_expression("attribute_not_exists(pk)");
        match put.send().await {
            Ok(_) => Ok(Some(delivery)),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(None),
                _ => Err(self.failed("PutItem", error)),
            },
        }
    }

    /// Returns the write of a delivery that is due now, for a transaction.
    pub(crate) fn new_delivery_put(
        &self,
        owner: &UserId,
        event: &NewDelivery,
    ) -> Result<PutBuilder, StoreError> {
        let item = self.delivery_item(owner, &event.at(self.now()))?;
        Ok(self.put(item).condition_expression("attribute_not_exists(pk)"))
    }

    /// Returns a delivery of a user, if there is one for this event.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delivery(
        &self,
        owner: &UserId,
        event: EventId,
    ) -> Result<Option<Delivery>, StoreError> {
        let item = self.item(webhook_key(owner, delivery_sort(event))).await?;
        item.filter(|item| self.is_kept(item)).map(|item| self.delivery_in(item)).transpose()
    }

    /// Returns the last 100 deliveries of a user, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn deliveries(&self, owner: &UserId) -> Result<Vec<Delivery>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :deliveries)")
            .expression_attribute_values(":pk", text(webhook_partition(owner)))
            .expression_attribute_values(":deliveries", text(DELIVERIES))
            .scan_index_forward(false)
            .limit(LISTED);
        let output = query.send().await.map_err(|e| self.failed("Query", e))?;
        let items = output.items.unwrap_or_default().into_iter();
        items.filter(|item| self.is_kept(item)).map(|item| self.delivery_in(item)).collect()
    }

    /// Makes a final delivery pending and due again. Its attempts are kept, and its lifetime starts again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn resend_delivery(
        &self,
        owner: &UserId,
        event: EventId,
    ) -> Result<Resend, StoreError> {
        let now = self.now();
        // the status and the check have the same value `:pending`
        let update = check_at(self.update_delivery(owner, event), now + SLACK)
            .update_expression(format!(
                "SET {STATUS} = :pending, nextAttemptAt = :now, tries = :zero, \
                 expiresAt = :end, {SET_CHECK}",
            ))
            .condition_expression(format!(
                "{STATUS} IN (:delivered, :failed, :cancelled) AND expiresAt > :seconds \
                 AND size(attempts) < :most",
            ))
            .expression_attribute_values(":delivered", text(DeliveryStatus::Delivered))
            .expression_attribute_values(":failed", text(DeliveryStatus::Failed))
            .expression_attribute_values(":cancelled", text(DeliveryStatus::Cancelled))
            .expression_attribute_values(":now", text(format_time(now)))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":end", number((now + KEPT).as_second()))
            .expression_attribute_values(":seconds", number(now.as_second()))
            .expression_attribute_values(":most", number(MOST_ATTEMPTS));
        let found = match self.write_or_read(update).await? {
            Written::Done(item) => return Ok(Resend::Due(self.delivery_in(item)?)),
            Written::Refused(found) => found.filter(|item| self.is_kept(item)),
        };
        let Some(item) = found else { return Ok(Resend::NotFound) };
        Ok(match self.delivery_in(item)?.status {
            DeliveryStatus::Pending => Resend::Pending,
            _ => Resend::TooManyAttempts,
        })
    }

    /// Moves the check of a pending delivery, if it is due. Returns whether it was: then the reconciler sends
    /// the message again, which may be lost.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn postpone_delivery(
        &self,
        owner: &UserId,
        event: EventId,
    ) -> Result<bool, StoreError> {
        self.postpone_due(self.update_delivery(owner, event), SLACK).await
    }

    /// Starts a write to a delivery without placeholders.
    fn update_delivery(&self, owner: &UserId, event: EventId) -> UpdateItemFluentBuilder {
        self.update_item(webhook_key(owner, delivery_sort(event)))
    }

    /// Returns the item of a new delivery.
    fn delivery_item(&self, owner: &UserId, delivery: &Delivery) -> Result<Item, StoreError> {
        let mut item: Item = serde_dynamo::to_item(delivery).map_err(|e| self.bad_item(e))?;
        if let Some(status) = item.remove("status") {
            item.insert(STATUS.to_owned(), status);
        }
        let due = delivery.next_attempt_at.unwrap_or(delivery.created_at);
        item.extend(webhook_key(owner, delivery_sort(delivery.id)));
        item.extend([
            (TRIES.to_owned(), number(0)),
            ("check".to_owned(), text(PENDING)),
            ("checkAt".to_owned(), number((due + SLACK).as_second())),
            (EXPIRES_AT.to_owned(), number((delivery.created_at + KEPT).as_second())),
        ]);
        Ok(item)
    }

    fn delivery_in(&self, mut item: Item) -> Result<Delivery, StoreError> {
        if let Some(status) = item.remove(STATUS) {
            item.insert("status".to_owned(), status);
        }
        serde_dynamo::from_item(item).map_err(|e| self.bad_item(e))
    }

    /// Whether an item has not expired.
    fn is_kept(&self, item: &Item) -> bool {
        integer(item.get(EXPIRES_AT)).is_some_and(|end: i64| end > self.now().as_second())
    }
}
