//! The bucket that videos are uploaded to: where their bytes go, what of them has arrived, and the end
//! of those that come in parts. URLs are made for each answer and never stored or logged.
//!
//! An upload that came is never replaced: one PUT and the completion of parts both ask for a key that
//! is free. Nothing is left behind by an upload that never ends: the bucket's lifecycle aborts it.
//!
//! Needs on the bucket's objects `s3:PutObject` (a URL can do what its signer can),
//! `s3:ListMultipartUploadParts`, `s3:AbortMultipartUpload`, and, to tell a completed upload from an
//! aborted one, `s3:GetObject` with `s3:ListBucket` on the bucket, without which S3 answers 403 where
//! there is no object.

mod multipart;
mod parts;

pub(crate) use multipart::Completion;

use anyhow::Context;
use aws_sdk_s3::{Client, operation::head_object::HeadObjectError, presigning::PresigningConfig};
use framezip_contract::{ObjectKey, SingleUpload, Upload, Video};
use framezip_store::{Multipart, Record};
use jiff::{SignedDuration, Timestamp};
use multipart::Source;
use std::time::Duration;

/// How long the URL of one PUT works.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// How long the URLs of parts work: there are many, and each waits for those before it.
const PART_LIFETIME: Duration = Duration::from_secs(6 * 60 * 60);

/// The most part URLs of one answer.
pub(crate) const MOST_URLS: usize = 100;

/// The bucket that videos are uploaded to.
pub(crate) struct Uploads {
    s3: Client,
    bucket: String,
}

impl Uploads {
    /// The bucket of this name. The client must not add checksums by itself: a presigned one would be the
    /// checksum of a body that does not exist yet.
    pub(crate) fn new(s3: Client, bucket: String) -> Self {
        Self { s3, bucket }
    }

    /// Begins the upload of a new video, if it comes in parts.
    pub(crate) async fn begin(&self, video: &Video) -> anyhow::Result<Option<Multipart>> {
        let Some(part_bytes) = parts::part_bytes(video.bytes) else { return Ok(None) };
        let key = key(video);
        let create = self.s3.create_multipart_upload().bucket(&self.bucket).key(&key);
        let created = create.content_type(signable(video)).send().await;
        let created = created.map_err(aws_sdk_s3::Error::from);
        let created = created.with_context(|| {
            format!("S3 CreateMultipartUpload of s3://{}/{key} failed", self.bucket)
        })?;
        let upload_id = created.upload_id.context("S3 gave the upload no id")?;
        Ok(Some(Multipart { upload_id, part_bytes }))
    }

    /// Where the bytes of a video go whose upload was just begun, with at most so many part URLs.
    pub(crate) async fn offer(&self, record: &Record, urls: usize) -> anyhow::Result<Upload> {
        let video = &record.video;
        let Some(multipart) = &record.multipart else { return self.sign(video).await };
        let page = self.source(&key(video), video, multipart).first_page(urls).await?;
        Ok(Upload::Multipart(page))
    }

    /// What has arrived of an upload after the part `after`, and where the rest goes. `None`: the
    /// upload is over. Whether one PUT is over only its video's status tells.
    pub(crate) async fn look(
        &self,
        record: &Record,
        after: u16,
        urls: usize,
    ) -> anyhow::Result<Option<Upload>> {
        let video = &record.video;
        let Some(multipart) = &record.multipart else { return self.sign(video).await.map(Some) };
        let page = self.source(&key(video), video, multipart).page(after, urls).await?;
        Ok(page.map(Upload::Multipart))
    }

    /// Makes the object of its parts. One PUT is complete by itself: only its object is looked for.
    pub(crate) async fn complete(&self, record: &Record) -> anyhow::Result<Completion> {
        let video = &record.video;
        let Some(multipart) = &record.multipart else {
            let is_there = self.has_object(&key(video)).await?;
            return Ok(if is_there { Completion::Done } else { Completion::NotSent });
        };
        self.source(&key(video), video, multipart).complete().await
    }

    /// Gives an upload up, with all its parts, if it comes in parts and is not over. URLs that are
    /// about answer 404 from then on; that of one PUT works until it expires.
    pub(crate) async fn abort(&self, record: &Record) -> anyhow::Result<()> {
        let video = &record.video;
        let Some(multipart) = &record.multipart else { return Ok(()) };
        self.source(&key(video), video, multipart).abort().await
    }

    /// Whether there is an object.
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

    fn source<'a>(&'a self, key: &'a str, video: &Video, multipart: &'a Multipart) -> Source<'a> {
        Source { uploads: self, key, multipart, bytes: video.bytes }
    }

    /// One PUT of exactly the announced bytes, that replaces no object.
    async fn sign(&self, video: &Video) -> anyhow::Result<Upload> {
        let signed = self
            .s3
            .put_object()
            .bucket(&self.bucket)
            .key(key(video))
            .content_length(i64::try_from(video.bytes)?)
            .content_type(signable(video))
            .if_none_match("*")
            .presigned(PresigningConfig::expires_in(LIFETIME)?)
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
            expires_at: expiry(LIFETIME)?,
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
    // a URL is signed for a whole second
    let signed = Timestamp::from_second(Timestamp::now().as_second())?;
    Ok(signed + SignedDuration::try_from(lifetime)?)
}
