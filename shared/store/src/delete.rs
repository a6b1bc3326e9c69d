//! The end of a record.

use crate::{Record, StoreError, Videos, record::key};
use aws_sdk_dynamodb::types::ReturnValue;
use framezip_contract::{UserId, VideoId};

impl Videos {
    /// Removes a video's record, and tells what it was; `None` where this user has no such video, as
    /// when it is run twice.
    ///
    /// From then on every step of the video is refused, so its workers stop, and its messages do
    /// nothing. Its runs' items stay until they expire.
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
