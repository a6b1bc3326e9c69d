//! Idempotency keys, and the transactions that write a key together with the effect of its call.

use crate::{
    Item, StoreError, Videos,
    keys::{call_key, number},
};
use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        CancellationReason, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
        builders::PutBuilder,
    },
};
use framezip_contract::{UserId, VideoId};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The `Idempotency-Key` of a call, with a digest of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallKey {
    /// The `Idempotency-Key`, 1 to 255 visible ASCII characters.
    pub name: String,
    /// A digest of the request, equal for repetitions.
    pub fingerprint: String,
}

/// An earlier call with the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// The same request, which created or retried these videos. They may have been deleted since.
    Same(Vec<VideoId>),
    /// Another request.
    Other,
}

/// The lifetime of a key.
const KEY_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// The pauses after conflicts with other transactions on the same items. If two calls use one key at once, the
/// later one then finds what the other wrote.
const CONFLICT_PAUSES: [Duration; 5] = [
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
];

/// The item of a key.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredKey {
    fingerprint: String,
    videos: Vec<VideoId>,
    expires_at: i64,
}

impl StoredKey {
    fn earlier(self, key: &CallKey) -> Earlier {
        if self.fingerprint == key.fingerprint {
            Earlier::Same(self.videos)
        } else {
            Earlier::Other
        }
    }
}

/// The result of a transaction.
pub(crate) enum Transaction {
    /// Everything was written.
    Written,
    /// Nothing was written, since an earlier call used the key.
    Earlier(Earlier),
    /// Nothing was written, since another condition failed.
    Refused(StoreError),
}

impl Videos {
    /// Returns the call with this key in the last 24 hours, if there was one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn earlier_call(
        &self,
        owner: &UserId,
        key: &CallKey,
    ) -> Result<Option<Earlier>, StoreError> {
        let Some(item) = self.item(call_key(owner, &key.name)).await? else { return Ok(None) };
        let stored = self.stored_key(item)?;
        // DynamoDB may take days to remove an expired item
        let good = stored.expires_at >= self.now().as_second();
        Ok(good.then(|| stored.earlier(key)))
    }

    /// Sends writes as one transaction. The write of a key must come first.
    pub(crate) async fn transact(
        &self,
        writes: Vec<TransactWriteItem>,
        key: Option<&CallKey>,
    ) -> Result<Transaction, StoreError> {
        let mut pauses = CONFLICT_PAUSES.into_iter();
        loop {
            let transaction = self.client.transact_write_items();
            let sent = transaction.set_transact_items(Some(writes.clone())).send().await;
            let Err(error) = sent else { return Ok(Transaction::Written) };
            let reasons = match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                    canceled.cancellation_reasons()
                }
                _ => &[],
            };
            if let (Some(key), Some(item)) = (key, reasons.first().and_then(|first| first.item())) {
                return Ok(Transaction::Earlier(self.stored_key(item.clone())?.earlier(key)));
            }
            let is_conflict = reasons.iter().any(|reason| has_code(reason, "TransactionConflict"));
            let is_refused =
                reasons.iter().any(|reason| has_code(reason, "ConditionalCheckFailed"));
            match pauses.next() {
                Some(pause) if is_conflict => tokio::time::sleep(pause).await,
                _ if is_refused => {
                    return Ok(Transaction::Refused(self.failed("TransactWriteItems", error)));
                }
                _ => return Err(self.failed("TransactWriteItems", error)),
            }
        }
    }

    /// Returns the write of a call's key, with the videos that the call creates or retries.
    pub(crate) fn key_write(
        &self,
        owner: &UserId,
        videos: Vec<VideoId>,
        key: &CallKey,
    ) -> Result<TransactWriteItem, StoreError> {
        let now = self.now();
        let expires_at = (now + KEY_KEPT).as_second();
        let stored = StoredKey { fingerprint: key.fingerprint.clone(), videos, expires_at };
        let mut item: Item = serde_dynamo::to_item(stored).map_err(|e| self.bad_item(e))?;
        item.extend(call_key(owner, &key.name));
        let put = self
            .put(item)
            .condition_expression("attribute_not_exists(pk) OR expiresAt < :now")
            .expression_attribute_values(":now", number(now.as_second()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        self.put_write(put)
    }

    pub(crate) fn put(&self, item: Item) -> PutBuilder {
        Put::builder().table_name(&self.table).set_item(Some(item))
    }

    pub(crate) fn put_write(&self, put: PutBuilder) -> Result<TransactWriteItem, StoreError> {
        let put = put.build().map_err(|e| self.failed("TransactWriteItems", e))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn stored_key(&self, item: Item) -> Result<StoredKey, StoreError> {
        serde_dynamo::from_item(item).map_err(|e| self.bad_item(e))
    }
}

fn has_code(reason: &CancellationReason, code: &str) -> bool {
    reason.code() == Some(code)
}
