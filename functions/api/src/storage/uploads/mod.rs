//! Uploads of videos: presigned URLs, arrived parts, completion and abortion. URLs are made for each
//! answer and never stored or logged.
//!
//! An upload never replaces an object: a single PUT and the completion of a multipart upload are both
//! conditional on a free key. The bucket's lifecycle aborts uploads that never end.
//!
//! Needs on the bucket's objects `s3:PutObject` (a URL grants what its signer may do),
//! `s3:ListMultipartUploadParts`, `s3:AbortMultipartUpload` and `s3:GetObject`, and `s3:ListBucket` on the
//! bucket. The last two distinguish a completed upload from an aborted one: without `s3:ListBucket` S3
//! answers 403 for a missing object.

mod multipart;
mod parts;

pub(crate) use multipart::Completion;

use super::origin;
use anyhow::Context;
use aws_sdk_s3::{Client, operation::head_object::HeadObjectError, presigning::PresigningConfig};
use framezip_contract::{ObjectKey, SingleUpload, Upload, Video};
use framezip_store::{Multipart, Record};
use jiff::{SignedDuration, Timestamp};
use multipart::MultipartUploadRef;
use std::time::Duration;

/// The lifetime of the URL of a single PUT.
const PUT_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// The lifetime of the URLs of parts. It is longer because there are many, and each waits for earlier ones.
const PART_LIFETIME: Duration = Duration::from_secs(6 * 60 * 60);

/// The maximum number of part URLs in one answer.
pub(crate) const MAX_PART_URLS: usize = 100;

/// The bucket that videos are uploaded to.
pub(crate) struct UploadBucket {
    s3: Client,
    bucket: String,
}

impl UploadBucket {
    /// Uses this bucket. The client must not add checksums on its own: a presigned checksum
    /// would be that of a body that does not exist yet.
    pub(crate) fn new(s3: Client, bucket: String) -> Self {
        Self { s3, bucket }
    }

    /// Begins a multipart upload for a new video if it is too large for a single PUT.
    pub(crate) async fn begin(&self, video: &Video) -> anyhow::Result<Option<Multipart>> {
        let Some(part_bytes) = parts::part_bytes(video.bytes) else { return Ok(None) };
        let key = key(video);
        let create = self.s3.create_multipart_upload().bucket(&self.bucket).key(&key);
        let created = create.content_type(signable(video)).send().await;
        let created = created.map_err(aws_sdk_s3::Error::from);
        let created = created.with_context(|| {
            format!("S3 CreateMultipartUpload of s3://{}/{key} failed", self.bucket)
        })?;
        let upload_id = created.upload_id.context("S3 returned no upload id")?;
        Ok(Some(Multipart { upload_id, part_bytes }))
    }

    /// Returns the URLs of an upload that was just begun, at most `max_urls` of parts.
    pub(crate) async fn first_page(
        &self,
        record: &Record,
        max_urls: usize,
    ) -> anyhow::Result<Upload> {
        let video = &record.video;
        let Some(multipart) = &record.multipart else { return self.sign(video).await };
        let page = self.multipart(&key(video), video, multipart).first_page(max_urls).await?;
        Ok(Upload::Multipart(page))
    }

    /// Returns the parts that have arrived after the part `after`, and at most `max_urls` URLs for the
    /// others. Returns `None` if a multipart upload is over. A single PUT is over once the video's status
    /// has changed, which the caller must check.
    pub(crate) async fn page(
        &self,
        record: &Record,
        after: u16,
        max_urls: usize,
    ) -> anyhow::Result<Option<Upload>> {
        let video = &record.video;
        let Some(multipart) = &record.multipart else { return self.sign(video).await.map(Some) };
        let page = self.multipart(&key(video), video, multipart).page(after, max_urls).await?;
        Ok(page.map(Upload::Multipart))
    }

    /// Completes a multipart upload. For a single PUT, checks only that its object exists.
    pub(crate) async fn complete(&self, record: &Record) -> anyhow::Result<Completion> {
        let video = &record.video;
        let Some(multipart) = &record.multipart else {
            let exists = self.has_object(&key(video)).await?;
            return Ok(if exists { Completion::Done } else { Completion::NotSent });
        };
        self.multipart(&key(video), video, multipart).complete().await
    }

    /// Aborts a multipart upload that is not over. Its URLs answer 404 from then on. The URL of a single
    /// PUT works until it expires.
    pub(crate) async fn abort(&self, record: &Record) -> anyhow::Result<()> {
        let video = &record.video;
        let Some(multipart) = &record.multipart else { return Ok(()) };
        self.multipart(&key(video), video, multipart).abort().await
    }

    /// Returns the origin of all URLs for uploads.
    pub(crate) async fn origin(&self) -> anyhow::Result<String> {
        let put = self.s3.put_object().bucket(&self.bucket).key("any");
        let signed = put.presigned(PresigningConfig::expires_in(PUT_LIFETIME)?).await?;
        origin(signed.uri())
    }

    /// Whether the object exists.
    async fn has_object(&self, key: &str) -> anyhow::Result<bool> {
        match self.s3.head_object().bucket(&self.bucket).key(key).send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(HeadObjectError::NotFound(_)) => Ok(false),
                _ => Err(aws_sdk_s3::Error::from(error))
                    .with_context(|| format!("S3 HeadObject of s3://{}/{key} failed", self.bucket)),
            },
        }
    }

    /// Returns the multipart upload of a video.
    fn multipart<'a>(
        &'a self,
        key: &'a str,
        video: &Video,
        multipart: &'a Multipart,
    ) -> MultipartUploadRef<'a> {
        MultipartUploadRef { uploads: self, key, multipart, bytes: video.bytes }
    }

    /// Signs a PUT of exactly the announced length that replaces no object.
    async fn sign(&self, video: &Video) -> anyhow::Result<Upload> {
        let signed = self
            .s3
            .put_object()
            .bucket(&self.bucket)
            .key(key(video))
            .content_length(i64::try_from(video.bytes)?)
            .content_type(signable(video))
            .if_none_match("*")
            .presigned(PresigningConfig::expires_in(PUT_LIFETIME)?)
            .await?;
        let headers = signed
            .headers()
            .filter(|(name, _)| !matches!(*name, "content-length" | "host"))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Ok(Upload::Single(SingleUpload {
            method: signed.method().to_owned(),
            url: signed.uri().to_owned(),
            headers,
            expires_at: expiry(PUT_LIFETIME)?,
        }))
    }
}

/// The media type with spaces in place of tabs: signatures of spaces only are the same everywhere.
fn signable(video: &Video) -> String {
    video.content_type.replace('\t', " ")
}

fn key(video: &Video) -> String {
    ObjectKey::source(&video.owner, video.id).to_string()
}

fn expiry(lifetime: Duration) -> anyhow::Result<Timestamp> {
    // URLs are signed in whole seconds
    let signed = Timestamp::from_second(Timestamp::now().as_second())?;
    Ok(signed + SignedDuration::try_from(lifetime)?)
}
