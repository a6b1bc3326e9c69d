//! The deletion of records.

use crate::{Record, StoreError, Videos, keys::key};
use aws_sdk_dynamodb::types::ReturnValue;
use framezip_contract::{UserId, VideoId};

impl Videos {
    /// Removes a video's record. Returns the record, or `None` if this user has no such video, for example on
    /// a second run.
    ///
    /// Afterwards every step of the video is refused, so its workers stop and its messages have no effect. The
    /// items of its fan-outs stay until they expire.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete(&self, owner: &UserId, id: VideoId) -> Result<Option<Record>, StoreError> {
        let output = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key(owner, id)))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(|e| self.failed("DeleteItem", e))?;
        output.attributes.map(|item| self.record(item)).transpose()
    }
}
