//! What videos have on S3.
//!
//! Needs `s3:ListBucket` on the folders of single videos, and `s3:DeleteObject`, in both buckets.
//! Folders are listed, rather than objects asked for, since that needs no right to read anybody's
//! video.

use anyhow::Context;
use aws_sdk_s3::{
    Client,
    operation::list_objects_v2::ListObjectsV2Output,
    types::{Delete, Object, ObjectIdentifier},
};
use framezip_contract::{ObjectKey, UserId, Video, VideoId};

/// The two buckets.
pub(crate) struct Objects {
    s3: Client,
    uploads: String,
    results: String,
}

impl Objects {
    pub(crate) fn new(s3: Client, uploads: String, results: String) -> Self {
        Self { s3, uploads, results }
    }

    /// Whether the uploaded video is still there, in the length that was announced.
    pub(crate) async fn has_source(&self, video: &Video) -> anyhow::Result<bool> {
        let key = ObjectKey::source(&video.owner, video.id).to_string();
        let folder = self.list(&self.uploads, &ObjectKey::prefix(&video.owner, video.id)).await?;
        let is_source = |object: &Object| {
            object.key() == Some(&key)
                && object.size().and_then(|size| u64::try_from(size).ok()) == Some(video.bytes)
        };
        Ok(folder.contents().iter().any(is_source))
    }

    /// Removes all that a video has: its source, its zips and the parts that workers left. Tells how
    /// many objects that were. Run twice, it removes what the first run left behind.
    ///
    /// What comes later, from a worker that was about to end or by a link that still works, is removed
    /// by the buckets' lifecycle, as are the parts of uploads that were never completed.
    pub(crate) async fn remove(&self, owner: &UserId, id: VideoId) -> anyhow::Result<usize> {
        let own = ObjectKey::prefix(owner, id);
        let parts = ObjectKey::parts_prefix(owner, id);
        let (source, zips, parts) = tokio::try_join!(
            self.clear(&self.uploads, &own),
            self.clear(&self.results, &own),
            self.clear(&self.results, &parts),
        )?;
        Ok(source + zips + parts)
    }

    /// Removes a folder, as many objects at a time as S3 lists.
    async fn clear(&self, bucket: &str, prefix: &str) -> anyhow::Result<usize> {
        let mut count = 0;
        loop {
            let page = self.list(bucket, prefix).await?;
            let keys = page.contents().iter().filter_map(Object::key);
            let objects: Result<Vec<_>, _> =
                keys.map(|key| ObjectIdentifier::builder().key(key).build()).collect();
            let objects = objects?;
            if objects.is_empty() {
                return Ok(count);
            }
            count += objects.len();
            let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build()?;
            let deleted = self.s3.delete_objects().bucket(bucket).delete(delete).send().await;
            let deleted = deleted.map_err(aws_sdk_s3::Error::from);
            let deleted = deleted
                .with_context(|| format!("S3 DeleteObjects of s3://{bucket}/{prefix} failed"))?;
            if let Some(error) = deleted.errors().first() {
                anyhow::bail!("S3 did not delete {} objects: {error:?}", deleted.errors().len());
            }
            if page.is_truncated() != Some(true) {
                return Ok(count);
            }
        }
    }

    async fn list(&self, bucket: &str, prefix: &str) -> anyhow::Result<ListObjectsV2Output> {
        let listed = self.s3.list_objects_v2().bucket(bucket).prefix(prefix).send().await;
        let listed = listed.map_err(aws_sdk_s3::Error::from);
        listed.with_context(|| format!("S3 ListObjectsV2 of s3://{bucket}/{prefix} failed"))
    }
}
