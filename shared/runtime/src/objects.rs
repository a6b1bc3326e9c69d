//! The objects of a video on S3: the look for an upload, its abort, and removal.
//!
//! Needs `s3:ListBucket` on the folders of videos, `s3:AbortMultipartUpload` for aborts, and `s3:DeleteObject` for
//! removal. Folders are listed, so that no list of a video's objects has to be kept, and because that needs no
//! permission to read the videos.

use anyhow::Context;
use aws_sdk_s3::{
    Client,
    error::ProvideErrorMetadata,
    types::{Delete, Object, ObjectIdentifier},
};
use framezip_contract::{ObjectKey, UserId, VideoId};

/// S3's error code for a multipart upload that was completed or aborted.
pub const NO_SUCH_UPLOAD: &str = "NoSuchUpload";

/// Returns the length of a video's uploaded file in bytes, or `None` if it has not arrived or is gone.
///
/// # Errors
/// If S3 refuses or cannot be reached.
pub async fn source_bytes(
    s3: &Client,
    bucket: &str,
    owner: &UserId,
    id: VideoId,
) -> anyhow::Result<Option<u64>> {
    let key = ObjectKey::source(owner, id).to_string();
    let listed = s3.list_objects_v2().bucket(bucket).prefix(&key).send().await;
    let listed = listed
        .map_err(aws_sdk_s3::Error::from)
        .with_context(|| format!("S3 ListObjectsV2 of s3://{bucket}/{key} failed"))?;
    let source = listed.contents().iter().find(|object| object.key() == Some(&key));
    Ok(source.map(|object| object.size().unwrap_or_default().unsigned_abs()))
}

/// Aborts a multipart upload with all its parts. An upload that is over is left as it is.
///
/// # Errors
/// If S3 refuses or cannot be reached.
pub async fn abort_upload(
    s3: &Client,
    bucket: &str,
    key: &str,
    upload_id: &str,
) -> anyhow::Result<()> {
    let abort = s3.abort_multipart_upload().bucket(bucket).key(key).upload_id(upload_id);
    match abort.send().await {
        Err(error) if error.code() != Some(NO_SUCH_UPLOAD) => Err(aws_sdk_s3::Error::from(error))
            .with_context(|| format!("S3 AbortMultipartUpload of s3://{bucket}/{key} failed")),
        _ => Ok(()),
    }
}

/// Removes a video's objects from the results bucket: zips, posters, contact sheets,
/// storyboards and segments. Returns the number of removed objects.
///
/// A second run removes what the first one missed.
///
/// # Errors
/// If S3 refuses or cannot be reached. Some objects may be removed by then.
pub async fn remove_results(
    s3: &Client,
    bucket: &str,
    owner: &UserId,
    id: VideoId,
) -> anyhow::Result<usize> {
    let (own, segments) = (ObjectKey::prefix(owner, id), ObjectKey::segments_prefix(owner, id));
    let (own, segments) =
        tokio::try_join!(remove_folder(s3, bucket, &own), remove_folder(s3, bucket, &segments))?;
    Ok(own + segments)
}

/// Removes every object with the prefix. Returns the number of removed objects.
///
/// # Errors
/// As for [`remove_results`].
pub async fn remove_folder(s3: &Client, bucket: &str, prefix: &str) -> anyhow::Result<usize> {
    let mut count = 0;
    loop {
        let listed = s3.list_objects_v2().bucket(bucket).prefix(prefix).send().await;
        let listed = listed
            .map_err(aws_sdk_s3::Error::from)
            .with_context(|| format!("S3 ListObjectsV2 of s3://{bucket}/{prefix} failed"))?;
        let keys = listed.contents().iter().filter_map(Object::key);
        let objects: Result<Vec<_>, _> =
            keys.map(|key| ObjectIdentifier::builder().key(key).build()).collect();
        let objects = objects?;
        if objects.is_empty() {
            return Ok(count);
        }
        count += objects.len();
        let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build()?;
        let deleted = s3.delete_objects().bucket(bucket).delete(delete).send().await;
        let deleted = deleted
            .map_err(aws_sdk_s3::Error::from)
            .with_context(|| format!("S3 DeleteObjects of s3://{bucket}/{prefix} failed"))?;
        if let Some(error) = deleted.errors().first() {
            anyhow::bail!("S3 did not delete {} objects: {error:?}", deleted.errors().len());
        }
        if listed.is_truncated() != Some(true) {
            return Ok(count);
        }
    }
}
