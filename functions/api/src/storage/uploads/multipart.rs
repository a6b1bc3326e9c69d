//! One multipart upload on S3.

use super::{PART_LIFETIME, UploadBucket, expiry, parts::PartLayout};
use anyhow::Context;
use aws_sdk_s3::{
    config::{Builder, StalledStreamProtectionConfig},
    error::ProvideErrorMetadata,
    presigning::PresigningConfig,
    types::{CompletedMultipartUpload, CompletedPart, Part},
};
use framezip_contract::{ArrivedPart, MultipartUpload, PartUrl};
use framezip_runtime::objects::{NO_SUCH_UPLOAD, abort_upload};
use framezip_store::Multipart;

/// S3's error code for a conditional write to a key that is taken.
const PRECONDITION_FAILED: &str = "PreconditionFailed";
/// S3's error code for a conditional write during another write to the same key.
const CONFLICT: &str = "ConditionalRequestConflict";

/// The result of completing an upload.
#[derive(Debug, PartialEq)]
pub(crate) enum Completion {
    /// The object exists.
    Done,
    /// These parts have not arrived.
    Missing(Vec<u16>),
    /// The single PUT has not arrived.
    NotSent,
    /// The upload was aborted, and there is no object.
    Gone,
}

/// A multipart upload of a video.
#[derive(Clone, Copy)]
pub(super) struct MultipartUploadRef<'a> {
    pub(super) uploads: &'a UploadBucket,
    pub(super) key: &'a str,
    pub(super) multipart: &'a Multipart,
    pub(super) bytes: u64,
}

/// A page of S3's list of parts.
struct PartListing {
    /// The whole parts that have arrived, by number.
    parts: Vec<ArrivedPart>,
    /// The last part of the page, if it is not the last page.
    up_to: Option<u16>,
}

impl MultipartUploadRef<'_> {
    fn layout(self) -> PartLayout {
        PartLayout::new(self.bytes, self.multipart)
    }

    /// Returns the first page of an upload that was just begun.
    pub(super) async fn first_page(self, max_urls: usize) -> anyhow::Result<MultipartUpload> {
        self.describe(0, PartListing { parts: Vec::new(), up_to: None }, max_urls).await
    }

    /// Returns the page after the part `after`, or `None` if the upload is over. A page is one request to
    /// S3, so it has at most 1,000 parts that have arrived.
    pub(super) async fn page(
        self,
        after: u16,
        max_urls: usize,
    ) -> anyhow::Result<Option<MultipartUpload>> {
        match self.list(after).await? {
            Some(listing) => Ok(Some(self.describe(after, listing, max_urls).await?)),
            None => Ok(None),
        }
    }

    /// Makes a page from a listing and signs the URLs of its missing parts.
    async fn describe(
        self,
        after: u16,
        listing: PartListing,
        max_urls: usize,
    ) -> anyhow::Result<MultipartUpload> {
        let layout = self.layout();
        let known = listing.up_to.unwrap_or(layout.count());
        let page = layout.page(after, listing.parts, known, max_urls);
        let mut urls = Vec::with_capacity(page.missing.len());
        for number in page.missing {
            urls.push(self.sign(number).await?);
        }
        Ok(MultipartUpload {
            part_bytes: self.multipart.part_bytes,
            parts: layout.count(),
            arrived: page.arrived,
            urls,
            next: page.next,
        })
    }

    /// Signs a PUT of exactly the part's length.
    async fn sign(self, number: u16) -> anyhow::Result<PartUrl> {
        let UploadBucket { s3, bucket } = self.uploads;
        let part = s3.upload_part().bucket(bucket).key(self.key);
        let part = part.upload_id(&self.multipart.upload_id).part_number(number.into());
        let part = part.content_length(i64::try_from(self.layout().length(number))?);
        let signed = part.presigned(PresigningConfig::expires_in(PART_LIFETIME)?).await?;
        Ok(PartUrl { number, url: signed.uri().to_owned(), expires_at: expiry(PART_LIFETIME)? })
    }

    /// Lists the next 1,000 parts on S3 after `after`, without those that are not whole. Returns `None` if
    /// the upload is over.
    async fn list(self, after: u16) -> anyhow::Result<Option<PartListing>> {
        let UploadBucket { s3, bucket } = self.uploads;
        let list = s3.list_parts().bucket(bucket).key(self.key);
        let list = list.upload_id(&self.multipart.upload_id);
        let listed = match list.part_number_marker(after.to_string()).send().await {
            Err(error) if error.code() == Some(NO_SUCH_UPLOAD) => return Ok(None),
            listed => listed.map_err(aws_sdk_s3::Error::from),
        };
        let listed = listed.with_context(|| self.failed("ListParts"))?;
        let all: Vec<_> = listed.parts().iter().filter_map(arrived_part).collect();
        let truncated = listed.is_truncated() == Some(true);
        let up_to = all.last().filter(|_| truncated).map(|part| part.number);
        let parts = all.into_iter().filter(|part| self.layout().matches(part)).collect();
        Ok(Some(PartListing { parts, up_to }))
    }

    /// Makes the object if all parts have arrived. A repeated call has no effect.
    pub(super) async fn complete(self) -> anyhow::Result<Completion> {
        let (mut arrived, mut after) = (Vec::new(), Some(0));
        while let Some(part) = after {
            let Some(listing) = self.list(part).await? else { return self.closed().await };
            arrived.extend(listing.parts);
            after = listing.up_to;
        }
        let missing = self.layout().missing(&arrived);
        if !missing.is_empty() {
            return Ok(Completion::Missing(missing));
        }
        let UploadBucket { s3, bucket } = self.uploads;
        let complete = s3.complete_multipart_upload().bucket(bucket).key(self.key);
        let complete = complete.upload_id(&self.multipart.upload_id).if_none_match("*");
        let complete = complete.multipart_upload(completed_parts(arrived)).customize();
        match complete.config_override(without_stall_detection()).send().await {
            Ok(_) => Ok(Completion::Done),
            Err(error) if matches!(error.code(), Some(NO_SUCH_UPLOAD | PRECONDITION_FAILED)) => {
                self.closed().await
            }
            Err(error) => {
                let is_conflict = error.code() == Some(CONFLICT);
                // the other request may have completed the upload; if not, the client repeats the call
                if is_conflict && self.closed().await? == Completion::Done {
                    return Ok(Completion::Done);
                }
                let error = aws_sdk_s3::Error::from(error);
                Err(error).with_context(|| self.failed("CompleteMultipartUpload"))
            }
        }
    }

    /// Returns the result of an upload that is over. S3's error is the same for completed and aborted
    /// uploads, so the object decides.
    async fn closed(self) -> anyhow::Result<Completion> {
        let exists = self.uploads.has_object(self.key).await?;
        Ok(if exists { Completion::Done } else { Completion::Gone })
    }

    /// Aborts the upload with all its parts. An upload that is over is left as it is.
    pub(super) async fn abort(self) -> anyhow::Result<()> {
        let UploadBucket { s3, bucket } = self.uploads;
        abort_upload(s3, bucket, self.key, &self.multipart.upload_id).await
    }

    fn failed(self, operation: &str) -> String {
        format!("S3 {operation} of s3://{}/{} failed", self.uploads.bucket, self.key)
    }
}

fn arrived_part(part: &Part) -> Option<ArrivedPart> {
    Some(ArrivedPart {
        number: u16::try_from(part.part_number()?).ok()?,
        bytes: u64::try_from(part.size()?).ok()?,
        e_tag: part.e_tag()?.to_owned(),
    })
}

fn completed_parts(arrived: Vec<ArrivedPart>) -> CompletedMultipartUpload {
    let parts = arrived.into_iter().map(|ArrivedPart { number, e_tag, .. }| {
        CompletedPart::builder().part_number(number.into()).e_tag(e_tag).build()
    });
    CompletedMultipartUpload::builder().set_parts(Some(parts.collect())).build()
}

/// S3 begins its answer before it has joined thousands of parts. The SDK would mistake the silence for a
/// stalled connection.
fn without_stall_detection() -> Builder {
    Builder::new().stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}
