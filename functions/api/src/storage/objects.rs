//! The objects of videos on S3: lookup and removal.
//!
//! Needs `s3:ListBucket` on the folders of single videos, and `s3:DeleteObject`, in both buckets.
//! It lists folders instead of requesting objects, because listing needs no permission to read the
//! videos.

use anyhow::Context;
use aws_sdk_s3::{Client, operation::list_objects_v2::ListObjectsV2Output, types::Object};
use framezip_contract::{ObjectKey, UserId, Video, VideoId};
use framezip_runtime::objects::{remove_folder, remove_results};

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

    /// Whether the uploaded file still exists and has the announced length.
    pub(crate) async fn has_source(&self, video: &Video) -> anyhow::Result<bool> {
        let key = ObjectKey::source(&video.owner, video.id).to_string();
        let folder = self.list(&self.uploads, &ObjectKey::prefix(&video.owner, video.id)).await?;
        let is_source = |object: &Object| {
            object.key() == Some(&key)
                && object.size().and_then(|size| u64::try_from(size).ok()) == Some(video.bytes)
        };
        Ok(folder.contents().iter().any(is_source))
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

    async fn list(&self, bucket: &str, prefix: &str) -> anyhow::Result<ListObjectsV2Output> {
        let listed = self.s3.list_objects_v2().bucket(bucket).prefix(prefix).send().await;
        let listed = listed.map_err(aws_sdk_s3::Error::from);
        listed.with_context(|| format!("S3 ListObjectsV2 of s3://{bucket}/{prefix} failed"))
    }
}
