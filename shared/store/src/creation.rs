//! The creation of videos, and the number of a user's unfinished ones.

use crate::{
    CallKey, Earlier, Record, StoreError, Videos,
    calls::Transaction,
    keys::{VIDEOS, number, partition, text},
};
use aws_sdk_dynamodb::types::Select;
use framezip_contract::{Status, UserId};

/// The result of creating videos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Creation {
    /// The videos were created.
    Created,
    /// An earlier call used the key. Nothing was written.
    Earlier(Earlier),
}

impl Videos {
    /// Writes the records of one user's new videos and the key of the call in one transaction. If several
    /// calls use one key, the first creates the videos and the others get [`Creation::Earlier`].
    ///
    /// # Errors
    /// [`StoreError`], also if a record with one of the ids exists. Whether the records were written is then
    /// unknown.
    pub async fn create(
        &self,
        owner: &UserId,
        records: &[Record],
        key: Option<&CallKey>,
    ) -> Result<Creation, StoreError> {
        let mut writes = Vec::new();
        if let Some(key) = key {
            let videos = records.iter().map(|record| record.video.id).collect();
            writes.push(self.key_write(owner, videos, key)?);
        }
        for record in records {
            let item = record.to_item().map_err(|e| self.bad_item(e))?;
            let put = self.put(item).condition_expression("attribute_not_exists(pk)");
            writes.push(self.put_write(put)?);
        }
        match self.transact(writes, key).await? {
            Transaction::Written => Ok(Creation::Created),
            Transaction::Earlier(earlier) => Ok(Creation::Earlier(earlier)),
            Transaction::Refused(error) => Err(error),
        }
    }

    /// Counts a user's videos that are neither `ready` nor `failed`. May stop counting above `enough`.
    ///
    /// Reads the user's whole partition unless it finds more than `enough`.
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
                // abandoned uploads are present until DynamoDB removes them
                .filter_expression("NOT #status IN (:ready, :failed) AND expiresAt > :now")
                .expression_attribute_names("#status", "status")
                .expression_attribute_values(":pk", text(partition(owner)))
                .expression_attribute_values(":videos", text(VIDEOS))
                .expression_attribute_values(":ready", text(Status::Ready))
                .expression_attribute_values(":failed", text(Status::Failed))
                .expression_attribute_values(":now", number(self.now().as_second()))
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
}
