//! The videos in DynamoDB: every key, every conditional write.
//!
//! Every message about a video may arrive twice or late. So each step of a video's life is one conditional
//! write, whose condition names the statuses from which the step is allowed. If the condition fails, nothing
//! changes and the method says so. No step is decided by a read followed by a write.
//!
//! Besides videos, the table holds one item per fan-out, per call with an `Idempotency-Key` (for a day), per
//! user's preferences, per webhook, per delivery, per user's hour of calls about a webhook, per mail that is not
//! about an outcome, and per shard of the counters. DynamoDB may take days to remove an expired item. So reads of
//! videos, deliveries and keys leave it out, and the steps that begin work on it are refused.
//!
//! The index `by-status` contains all videos by `status` and, within a status, by `sk`, which is the order of
//! creation. It projects keys only, so that progress writes do not touch it; readers get the record from the
//! table. Other items have no status, so they are not in the index. The index `by-check` is [`checks`]'s.
//!
//! Needs `dynamodb:PutItem`, `GetItem`, `UpdateItem`, `DeleteItem`, `BatchGetItem` and `Query` on the
//! table, and `Query` on its indexes. A function needs only the permissions of the methods that it calls.

mod attempt;
mod calls;
mod check;
mod checks;
mod counters;
mod creation;
mod delete;
mod deliveries;
mod everyone;
mod fan_outs;
mod keys;
mod lease;
mod list;
mod notice;
mod preferences;
mod record;
mod reminders;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
mod settle;
mod steps;
#[cfg(test)]
mod tests;
mod webhooks;

pub use attempt::Retry;
pub use calls::{CallKey, Earlier};
pub use check::Check;
pub use checks::Due;
pub use counters::Totals;
pub use creation::Creation;
pub use deliveries::{AttemptOutcome, ClaimedDelivery, DeliveryClaim, NewDelivery, Resend};
pub use lease::Lease;
pub use list::Page;
pub use preferences::{MailBlock, Preferences};
pub use record::{Multipart, Notice, Record, whole_seconds};
pub use steps::{Claim, GivenUp};
pub use webhooks::{
    NewWebhook, PreviousSecret, StoredWebhook, Turn, WebhookAction, WebhookChange, WebhookHealth,
};

use aws_sdk_dynamodb::{
    Client,
    operation::update_item::{
        UpdateItemError, UpdateItemOutput, builders::UpdateItemFluentBuilder,
    },
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use framezip_contract::{UserId, VideoId, format_time};
use jiff::Timestamp;
use std::collections::HashMap;

/// The table of videos.
#[derive(Clone, Debug)]
pub struct Videos {
    client: Client,
    table: String,
    clock: fn() -> Timestamp,
}

/// An error in reading or writing the table.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// DynamoDB refused the request or could not be reached. Trying again may help.
    #[error("DynamoDB {operation} on {table} failed: {source}")]
    Dynamo {
        /// The API operation.
        operation: &'static str,
        /// The table.
        table: String,
        /// The SDK's error.
        source: Box<aws_sdk_dynamodb::Error>,
    },
    /// An item does not have the form that this release writes. Trying again does not help.
    #[error("an item of {table} does not have the form of this release: {source}")]
    Item {
        /// The table.
        table: String,
        /// The attribute and the reason.
        source: serde_dynamo::Error,
    },
}

type Item = HashMap<String, AttributeValue>;

/// The result of a conditional write.
enum Written {
    /// The item after the write.
    Done(Item),
    /// The item on which the condition failed, if there is one.
    Refused(Option<Item>),
}

impl Videos {
    /// Returns the table with this name.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into(), clock: Timestamp::now }
    }

    /// Takes the time from `clock` instead of the system.
    #[cfg(test)]
    pub(crate) fn at(self, clock: fn() -> Timestamp) -> Self {
        Self { clock, ..self }
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Reads a video's record consistently. Returns `None` if this user has no such video.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn get(&self, owner: &UserId, id: VideoId) -> Result<Option<Record>, StoreError> {
        let item = self.item(keys::key(owner, id)).await?;
        let record = item.map(|item| self.record(item)).transpose()?;
        Ok(record.and_then(|record| self.kept(record)))
    }

    /// Returns a record unless it has expired.
    fn kept(&self, record: Record) -> Option<Record> {
        (record.video.expires_at > self.now()).then_some(record)
    }

    /// Starts a conditional write that is a step of the video: it changes `updatedAt`.
    fn update(&self, owner: &UserId, id: VideoId) -> UpdateItemFluentBuilder {
        self.update_quietly(owner, id)
            .expression_attribute_values(":now", keys::text(format_time(self.now())))
            .return_values(ReturnValue::AllNew)
    }

    /// Starts a write to a video's item without placeholders.
    fn update_quietly(&self, owner: &UserId, id: VideoId) -> UpdateItemFluentBuilder {
        self.update_item(keys::key(owner, id))
    }

    /// Starts a write to an item without placeholders.
    fn update_item(&self, key: Item) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).set_key(Some(key))
    }

    async fn item(&self, key: Item) -> Result<Option<Item>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key));
        let got = get.consistent_read(true).send().await.map_err(|e| self.failed("GetItem", e))?;
        Ok(got.item)
    }

    /// Sends a conditional write. Returns the new record, or `None` if the condition failed.
    async fn step(&self, update: UpdateItemFluentBuilder) -> Result<Option<Record>, StoreError> {
        let output = self.write(update).await?;
        output.and_then(|output| output.attributes).map(|item| self.record(item)).transpose()
    }

    /// Sends a conditional write. Returns `None` if the condition failed.
    async fn write(
        &self,
        update: UpdateItemFluentBuilder,
    ) -> Result<Option<UpdateItemOutput>, StoreError> {
        match update.send().await {
            Ok(output) => Ok(Some(output)),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(None),
                _ => Err(self.failed("UpdateItem", error)),
            },
        }
    }

    /// Sends a conditional write. Returns the item after it, or as it is if the condition failed.
    async fn write_or_read(&self, update: UpdateItemFluentBuilder) -> Result<Written, StoreError> {
        let update = update
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match update.send().await {
            Ok(output) => Ok(Written::Done(output.attributes.unwrap_or_default())),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    Ok(Written::Refused(refused.item().cloned()))
                }
                _ => Err(self.failed("UpdateItem", error)),
            },
        }
    }

    fn record(&self, item: Item) -> Result<Record, StoreError> {
        Record::from_item(item).map_err(|e| self.bad_item(e))
    }

    fn failed(
        &self,
        operation: &'static str,
        error: impl Into<aws_sdk_dynamodb::Error>,
    ) -> StoreError {
        StoreError::Dynamo { operation, table: self.table.clone(), source: Box::new(error.into()) }
    }

    fn bad_item(&self, source: serde_dynamo::Error) -> StoreError {
        StoreError::Item { table: self.table.clone(), source }
    }
}
