//! New videos, and the keys by which clients repeat a call that made some.

use crate::{
    Item, Record, StoreError, Videos,
    record::{VIDEOS, call_key, number, partition, text},
};
use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        CancellationReason, Put, ReturnValuesOnConditionCheckFailure, Select, TransactWriteItem,
        builders::PutBuilder,
    },
};
use framezip_contract::{Status, UserId, VideoId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A call that its client can repeat: the name that the client gave it, and what it asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallKey {
    /// The `Idempotency-Key`, 1 to 255 visible ASCII characters.
    pub name: String,
    /// A digest of the body: a repetition has the same.
    pub fingerprint: String,
}

/// What came of a call that was to create videos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Creation {
    /// They are there.
    Created,
    /// An earlier call of this key had made its own, with these ids. They may have been deleted
    /// since. Nothing was written.
    Repeated(Vec<VideoId>),
    /// An earlier call of this key asked for something else. Nothing was written.
    OtherBody,
}

/// How long a call can be repeated.
const KEY_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Between the attempts of a transaction that meets another on the same items: two calls of one key
/// at once, of which one is to see what the other wrote.
const CONFLICT_PAUSES: [Duration; 5] = [
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
];

/// What a key's item holds.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredKey {
    fingerprint: String,
    videos: Vec<VideoId>,
    expires_at: i64,
}

impl StoredKey {
    fn creation(self, key: &CallKey) -> Creation {
        if self.fingerprint == key.fingerprint {
            Creation::Repeated(self.videos)
        } else {
            Creation::OtherBody
        }
    }
}

impl Videos {
    /// Writes the records of one user's new videos, and the key of the call that they were made by:
    /// all or none of them. Of several calls of one key, at once or one after the other, the first
    /// creates, and the others are told what.
    ///
    /// # Errors
    /// [`StoreError`]; also where a record of one of the ids exists. Whether the records were written
    /// is then unknown.
    pub async fn create(
        &self,
        owner: &UserId,
        records: &[Record],
        key: Option<&CallKey>,
    ) -> Result<Creation, StoreError> {
        let mut writes = Vec::new();
        if let Some(key) = key {
            writes.push(self.key_write(owner, records, key)?);
        }
        for record in records {
            let item: Item =
                serde_dynamo::to_item(record.as_item()).map_err(|e| self.bad_item(e))?;
            let put = self.put(item).condition_expression("attribute_not_exists(pk)");
            writes.push(self.transact(put)?);
        }
        let mut pauses = CONFLICT_PAUSES.into_iter();
        loop {
            let transaction = self.client.transact_write_items();
            let sent = transaction.set_transact_items(Some(writes.clone())).send().await;
            let Err(error) = sent else { return Ok(Creation::Created) };
            let reasons = match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                    canceled.cancellation_reasons()
                }
                _ => &[],
            };
            if let (Some(key), Some(item)) = (key, reasons.first().and_then(|first| first.item())) {
                return Ok(self.stored_key(item.clone())?.creation(key));
            }
            match pauses.next() {
                Some(pause) if reasons.iter().any(is_conflict) => tokio::time::sleep(pause).await,
                _ => return Err(self.failed("TransactWriteItems", error)),
            }
        }
    }

    /// What an earlier call of this key has come to; `None` where there was none in the last 24
    /// hours.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn created_before(
        &self,
        owner: &UserId,
        key: &CallKey,
    ) -> Result<Option<Creation>, StoreError> {
        let Some(item) = self.item(call_key(owner, &key.name)).await? else { return Ok(None) };
        let stored = self.stored_key(item)?;
        // DynamoDB removes an expired item within days
        let good = stored.expires_at >= Timestamp::now().as_second();
        Ok(good.then(|| stored.creation(key)))
    }

    /// How many of a user's videos are neither `ready` nor `failed`; where there are more than
    /// `enough`, perhaps only that many.
    ///
    /// Reads the user's whole partition, where no more than `enough` are found.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unfinished(&self, owner: &UserId, enough: u32) -> Result<u32, StoreError> {
        let (mut count, mut start) = (0, None);
        loop {
            let output = self
                .client
                .query()
                .table_name(&self.table)
                .select(Select::Count)
                .consistent_read(true)
                .scan_index_forward(false)
                .key_condition_expression("pk = :pk AND begins_with(sk, :videos)")
                // uploads that never came are there until DynamoDB removes them
                .filter_expression("NOT #status IN (:ready, :failed) AND expiresAt > :now")
                .expression_attribute_names("#status", "status")
                .expression_attribute_values(":pk", text(partition(owner)))
                .expression_attribute_values(":videos", text(VIDEOS))
                .expression_attribute_values(":ready", text(Status::Ready))
                .expression_attribute_values(":failed", text(Status::Failed))
                .expression_attribute_values(":now", number(Timestamp::now().as_second()))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|e| self.failed("Query", e))?;
            count += output.count.unsigned_abs();
            start = output.last_evaluated_key;
            if start.is_none() || count > enough {
                return Ok(count);
            }
        }
    }

    fn key_write(
        &self,
        owner: &UserId,
        records: &[Record],
        key: &CallKey,
    ) -> Result<TransactWriteItem, StoreError> {
        let now = Timestamp::now();
        let stored = StoredKey {
            fingerprint: key.fingerprint.clone(),
            videos: records.iter().map(|record| record.video.id).collect(),
            expires_at: (now + KEY_KEPT).as_second(),
        };
        let mut item: Item = serde_dynamo::to_item(stored).map_err(|e| self.bad_item(e))?;
        item.extend(call_key(owner, &key.name));
        let put = self
            .put(item)
            .condition_expression("attribute_not_exists(pk) OR expiresAt < :now")
            .expression_attribute_values(":now", number(now.as_second()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        self.transact(put)
    }

    fn put(&self, item: Item) -> PutBuilder {
        Put::builder().table_name(&self.table).set_item(Some(item))
    }

    fn transact(&self, put: PutBuilder) -> Result<TransactWriteItem, StoreError> {
        let put = put.build().map_err(|e| self.failed("TransactWriteItems", e))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn stored_key(&self, item: Item) -> Result<StoredKey, StoreError> {
        serde_dynamo::from_item(item).map_err(|e| self.bad_item(e))
    }
}

fn is_conflict(reason: &CancellationReason) -> bool {
    reason.code() == Some("TransactionConflict")
}
