//! The deletion of records.

use crate::{NewDelivery, Record, StoreError, Videos, calls::Transaction, keys::key};
use aws_sdk_dynamodb::types::{Delete, TransactWriteItem};
use framezip_contract::{UserId, VideoId};

impl Videos {
    /// Removes a video's record, and in the same transaction writes the delivery of the event about it, if there is
    /// one. Returns the record, or `None` if this user has no such video, for example on a second run.
    ///
    /// Afterwards every step of the video is refused, so its workers stop and its messages have no effect. The
    /// items of its fan-outs stay until they expire.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete(
        &self,
        owner: &UserId,
        id: VideoId,
        event: Option<&NewDelivery>,
    ) -> Result<Option<Record>, StoreError> {
        let Some(item) = self.item(key(owner, id)).await? else { return Ok(None) };
        let record = self.record(item)?;
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key(owner, id)))
            .condition_expression("attribute_exists(pk)")
            .build()
            .map_err(|e| self.failed("TransactWriteItems", e))?;
        let mut writes = vec![TransactWriteItem::builder().delete(delete).build()];
        if let Some(event) = event {
            writes.push(self.put_write(self.new_delivery_put(owner, event)?)?);
        }
        Ok(match self.transact(writes, None).await? {
            Transaction::Written => Some(record),
            Transaction::Earlier(_) | Transaction::Refused(_) => None,
        })
    }
}
