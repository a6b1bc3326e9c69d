//! Videos that are deleted while workers are busy with them.
//!
//! `DELETE` removes the record first, and then lists and removes the objects. A worker may write an
//! object after that listing. So every job ends with the question whether the record is still there, asked
//! after the worker's last write: if the record was deleted later, the listing of `DELETE` sees all that
//! the worker wrote; if it was deleted earlier, the worker removes the objects. An id is never used
//! again, so a record that is gone stays gone. A worker that crashes before the question leaves its
//! message, whose next delivery asks.
//!
//! Needs `dynamodb:GetItem` on the table, and on the results bucket `s3:ListBucket` and `s3:DeleteObject`.

use crate::handler::Extractor;
use framezip_contract::{UserId, VideoId};
use framezip_runtime::objects;

impl Extractor {
    /// Removes what workers wrote, if the video's record is gone. Returns whether it is.
    pub(crate) async fn clean_up_if_deleted(
        &self,
        owner: &UserId,
        id: VideoId,
    ) -> anyhow::Result<bool> {
        if self.videos.get(owner, id).await?.is_some() {
            return Ok(false);
        }
        let count = objects::remove_results(&self.s3, &self.results, owner, id).await?;
        tracing::info!(video.id = %id, objects.count = count, "cleaned up after a deleted video");
        Ok(true)
    }
}
