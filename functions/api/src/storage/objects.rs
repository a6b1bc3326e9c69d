//! The objects of videos on S3: lookup and removal.
//!
//! Needs `s3:ListBucket` on the folders of single videos, and `s3:DeleteObject`, in both buckets.

use aws_sdk_s3::Client;
use framezip_contract::{ObjectKey, UserId, Video, VideoId};
use framezip_runtime::objects::{remove_folder, remove_results, source_bytes};

/// The buckets of uploads and results.
pub(crate) struct Objects {
    s3: Client,
    uploads: String,
    results: String,
}

impl Objects {
    pub(crate) fn new(s3: Client, uploads: String, results: String) -> Self {
        Self { s3, uploads, results }
    }

    /// Returns the length of a video's uploaded file in bytes, or `None` if it has not arrived or is gone.
    pub(crate) async fn source_bytes(&self, video: &Video) -> anyhow::Result<Option<u64>> {
        source_bytes(&self.s3, &self.uploads, &video.owner, video.id).await
    }

    /// Removes all objects of a video: its source, its zips and those of a fan-out. Returns how many were
    /// removed. A repeated call removes those that an earlier one missed.
    ///
    /// An object that a worker or a late upload writes afterwards is removed by the function that finds
    /// the record gone.
    pub(crate) async fn remove(&self, owner: &UserId, id: VideoId) -> anyhow::Result<usize> {
        let own = ObjectKey::prefix(owner, id);
        let (source, results) = tokio::try_join!(
            remove_folder(&self.s3, &self.uploads, &own),
            remove_results(&self.s3, &self.results, owner, id),
        )?;
        Ok(source + results)
    }
}
