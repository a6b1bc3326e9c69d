//! The videos in DynamoDB: every key, every conditional write.
//!
//! A video's life is a line of states (DESIGN §3), and every message about it may arrive twice or
//! late. So each step is one conditional write whose condition says from which states it may
//! happen; a write whose condition does not hold changes nothing and says so. No step is decided by
//! a read that is followed by a write.
//!
//! Beside the videos lie the runs of those whose work was split, for a day the keys of the calls that
//! made videos, one item each; users' webhooks; and what is counted.
//!
//! The index `by-status` has all videos by `status` and, within one, by `sk`, which is in the order of
//! creation. Runs have no status, so they are not in it. It projects keys only: a write of progress
//! does not touch it, and who finds a video there reads its record.
//!
//! Needs `dynamodb:PutItem`, `GetItem`, `UpdateItem`, `DeleteItem`, `BatchGetItem` and `Query` on the
//! table, and `Query` on its index, each function only those of the methods it calls.

mod attempt;
mod calls;
mod counters;
mod creation;
mod delete;
mod everyone;
mod list;
mod notice;
mod record;
mod runs;
mod steps;
#[cfg(test)]
mod tests;
mod webhooks;

pub use attempt::Retry;
pub use calls::{CallKey, Earlier};
pub use counters::Totals;
pub use creation::Creation;
pub use list::Page;
pub use notice::Notice;
pub use record::{Multipart, Record};
pub use steps::{Claim, Lease};

use aws_sdk_dynamodb::{
    Client,
    operation::update_item::{
        UpdateItemError, UpdateItemOutput, builders::UpdateItemFluentBuilder,
    },
    types::{AttributeValue, ReturnValue},
};
use framezip_contract::{UserId, VideoId};
use std::collections::HashMap;

/// The table of videos.
#[derive(Clone, Debug)]
pub struct Videos {
    client: Client,
    table: String,
}

/// Why the table could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// DynamoDB refused or could not be reached. Trying again may help.
    #[error("DynamoDB {operation} on {table} failed: {source}")]
    Dynamo {
        /// The API operation.
        operation: &'static str,
        /// The table.
        table: String,
        /// What the SDK said.
        source: Box<aws_sdk_dynamodb::Error>,
    },
    /// An item is not in the form that this release writes. Trying again will not help.
    #[error("an item of {table} is not in the form of this release: {source}")]
    Item {
        /// The table.
        table: String,
        /// Which attribute, and why.
        source: serde_dynamo::Error,
    },
}

type Item = HashMap<String, AttributeValue>;

impl Videos {
    /// The table of this name.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Reads a video's record as it stands after every write that has returned; `None` where this
    /// user has no such video.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn get(&self, owner: &UserId, id: VideoId) -> Result<Option<Record>, StoreError> {
        let item = self.item(record::key(owner, id)).await?;
        item.map(|item| self.record(item)).transpose()
    }

    async fn item(&self, key: Item) -> Result<Option<Item>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key));
        let got = get.consistent_read(true).send().await.map_err(|e| self.failed("GetItem", e))?;
        Ok(got.item)
    }

    fn update(&self, owner: &UserId, id: VideoId) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(record::key(owner, id)))
            .expression_attribute_values(":now", record::now())
            .return_values(ReturnValue::AllNew)
    }

    /// Sends a conditional write: the new record, or `None` where the condition did not hold.
    async fn step(&self, update: UpdateItemFluentBuilder) -> Result<Option<Record>, StoreError> {
        let output = self.write(update).await?;
        output.and_then(|output| output.attributes).map(|item| self.record(item)).transpose()
    }

    /// Sends a conditional write; `None` where the condition did not hold.
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

    fn record(&self, item: Item) -> Result<Record, StoreError> {
        serde_dynamo::from_item(item).map_err(|e| self.bad_item(e))
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
