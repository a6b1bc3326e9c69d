//! Removes the objects of videos that were deleted while workers were busy with them.
//!
//! `DELETE` removes the record first, and then lists and removes the objects. A worker may write an
//! object after that listing. So every job ends with a look at the record, after the worker's last
//! write: if the record is deleted later, the listing of `DELETE` contains everything that the worker
//! wrote; if it was deleted earlier, the worker removes the objects. An id is never used again, so a
//! deleted record never reappears. If a worker crashes before it looks, its message is delivered again,
//! and that delivery looks.
//!
//! Needs `dynamodb:GetItem` on the table, and on the results bucket `s3:ListBucket` and `s3:DeleteObject`.

use crate::extractor::Extractor;
use framezip_contract::{UserId, VideoId};
use framezip_runtime::objects;

/// Removes the objects that workers wrote if the video's record is gone. Returns whether it is gone.
pub(crate) async fn clean_up_if_deleted(
    extractor: &Extractor,
    owner: &UserId,
    id: VideoId,
) -> anyhow::Result<bool> {
    if extractor.videos.get(owner, id).await?.is_some() {
        return Ok(false);
    }
    let count = objects::remove_results(&extractor.s3, &extractor.results, owner, id).await?;
    tracing::info!(
        video.id = %id,
        objects.count = count,
        "removed the results of a deleted video"
    );
    Ok(true)
}
