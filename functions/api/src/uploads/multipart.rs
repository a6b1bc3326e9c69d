//! An upload in parts, as S3 has it.

use super::{PART_LIFETIME, Uploads, expiry, parts::Parts};
use anyhow::Context;
use aws_sdk_s3::{
    config::{Builder, StalledStreamProtectionConfig},
    error::ProvideErrorMetadata,
    presigning::PresigningConfig,
    types::{CompletedMultipartUpload, CompletedPart, Part},
};
use framezip_contract::{ArrivedPart, MultipartUpload, PartUrl};
use framezip_store::Multipart;

/// What S3 says where an upload was completed or aborted.
const NO_SUCH_UPLOAD: &str = "NoSuchUpload";
/// What S3 says where there is an object that would be replaced.
const PRECONDITION_FAILED: &str = "PreconditionFailed";
/// What S3 says to a conditional write during another write of the same key.
const CONFLICT: &str = "ConditionalRequestConflict";

/// What came of completing an upload.
#[derive(Debug, PartialEq)]
pub(crate) enum Completion {
    /// The object is there.
    Done,
    /// These parts are not.
    Missing(Vec<u16>),
    /// The one PUT has not come.
    NotSent,
    /// The upload was given up, and there is no object.
    Gone,
}

/// One upload.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) uploads: &'a Uploads,
    pub(super) key: &'a str,
    pub(super) multipart: &'a Multipart,
    pub(super) bytes: u64,
}

/// Parts that have arrived, by number.
struct Listing {
    parts: Vec<ArrivedPart>,
    /// The last part that S3 speaks of, where it has not spoken of all.
    up_to: Option<u16>,
}

impl Source<'_> {
    fn parts(self) -> Parts {
        Parts::of(self.bytes, self.multipart)
    }

    /// The first page of an upload that was just begun.
    pub(super) async fn first_page(self, urls: usize) -> anyhow::Result<MultipartUpload> {
        self.describe(0, Listing { parts: Vec::new(), up_to: None }, urls).await
    }

    /// The page after the part `after`; `None` where the upload is over. Asks S3 once: a page tells of
    /// 1,000 parts that have arrived at most.
    pub(super) async fn page(
        self,
        after: u16,
        urls: usize,
    ) -> anyhow::Result<Option<MultipartUpload>> {
        match self.list(after).await? {
            Some(listing) => Ok(Some(self.describe(after, listing, urls).await?)),
            None => Ok(None),
        }
    }

    async fn describe(
        self,
        after: u16,
        listing: Listing,
        urls: usize,
    ) -> anyhow::Result<MultipartUpload> {
        let parts = self.parts();
        let known = listing.up_to.unwrap_or(parts.count());
        let page = parts.page(after, listing.parts, known, urls);
        let mut urls = Vec::with_capacity(page.missing.len());
        for number in page.missing {
            urls.push(self.sign(number).await?);
        }
        Ok(MultipartUpload {
            part_bytes: self.multipart.part_bytes,
            parts: parts.count(),
            arrived: page.arrived,
            urls,
            next: page.next,
        })
    }

    /// A PUT of exactly the part's bytes.
    async fn sign(self, number: u16) -> anyhow::Result<PartUrl> {
        let Uploads { s3, bucket } = self.uploads;
        let part = s3.upload_part().bucket(bucket).key(self.key);
        let part = part.upload_id(&self.multipart.upload_id).part_number(number.into());
        let part = part.content_length(i64::try_from(self.parts().length(number))?);
        let signed = part.presigned(PresigningConfig::expires_in(PART_LIFETIME)?).await?;
        Ok(PartUrl { number, url: signed.uri().to_owned(), expires_at: expiry(PART_LIFETIME)? })
    }

    /// Those of the next 1,000 parts in S3 after `after` that are whole; `None` where the upload is
    /// over.
    async fn list(self, after: u16) -> anyhow::Result<Option<Listing>> {
        let Uploads { s3, bucket } = self.uploads;
        let list = s3.list_parts().bucket(bucket).key(self.key);
        let list = list.upload_id(&self.multipart.upload_id);
        let listed = match list.part_number_marker(after.to_string()).send().await {
            Err(error) if error.code() == Some(NO_SUCH_UPLOAD) => return Ok(None),
            listed => listed.map_err(aws_sdk_s3::Error::from),
        };
        let listed = listed.with_context(|| self.failed("ListParts"))?;
        let all: Vec<_> = listed.parts().iter().filter_map(arrived).collect();
        let truncated = listed.is_truncated() == Some(true);
        let up_to = all.last().filter(|_| truncated).map(|part| part.number);
        let parts = all.into_iter().filter(|part| self.parts().holds(part)).collect();
        Ok(Some(Listing { parts, up_to }))
    }

    /// Makes the object, if all parts are there. Run again after it was done, it does nothing.
    pub(super) async fn complete(self) -> anyhow::Result<Completion> {
        let (mut arrived, mut after) = (Vec::new(), Some(0));
        while let Some(part) = after {
            let Some(listing) = self.list(part).await? else { return self.what_became().await };
            arrived.extend(listing.parts);
            after = listing.up_to;
        }
        let missing = self.parts().missing(&arrived);
        if !missing.is_empty() {
            return Ok(Completion::Missing(missing));
        }
        let Uploads { s3, bucket } = self.uploads;
        let complete = s3.complete_multipart_upload().bucket(bucket).key(self.key);
        let complete = complete.upload_id(&self.multipart.upload_id).if_none_match("*");
        let complete = complete.multipart_upload(all_of(arrived)).customize();
        match complete.config_override(patience()).send().await {
            Ok(_) => Ok(Completion::Done),
            Err(error) if matches!(error.code(), Some(NO_SUCH_UPLOAD | PRECONDITION_FAILED)) => {
                self.what_became().await
            }
            Err(error) => {
                let is_conflict = error.code() == Some(CONFLICT);
                // the other request may have completed the upload; if it did not, the caller asks again
                if is_conflict && self.what_became().await? == Completion::Done {
                    return Ok(Completion::Done);
                }
                let error = aws_sdk_s3::Error::from(error);
                Err(error).with_context(|| self.failed("CompleteMultipartUpload"))
            }
        }
    }

    /// What came of an upload that is not open any more: S3 does not tell completed ones from others.
    async fn what_became(self) -> anyhow::Result<Completion> {
        let is_there = self.uploads.has_object(self.key).await?;
        Ok(if is_there { Completion::Done } else { Completion::Gone })
    }

    /// Gives the upload up, with all parts. Where it is over, it stays as it is.
    pub(super) async fn abort(self) -> anyhow::Result<()> {
        let Uploads { s3, bucket } = self.uploads;
        let abort = s3.abort_multipart_upload().bucket(bucket).key(self.key);
        match abort.upload_id(&self.multipart.upload_id).send().await {
            Err(error) if error.code() != Some(NO_SUCH_UPLOAD) => {
                let error = aws_sdk_s3::Error::from(error);
                Err(error).with_context(|| self.failed("AbortMultipartUpload"))
            }
            _ => Ok(()),
        }
    }

    fn failed(self, operation: &str) -> String {
        format!("S3 {operation} of s3://{}/{} failed", self.uploads.bucket, self.key)
    }
}

fn arrived(part: &Part) -> Option<ArrivedPart> {
    Some(ArrivedPart {
        number: u16::try_from(part.part_number()?).ok()?,
        bytes: u64::try_from(part.size()?).ok()?,
        e_tag: part.e_tag()?.to_owned(),
    })
}

fn all_of(arrived: Vec<ArrivedPart>) -> CompletedMultipartUpload {
    let parts = arrived.into_iter().map(|ArrivedPart { number, e_tag, .. }| {
        CompletedPart::builder().part_number(number.into()).e_tag(e_tag).build()
    });
    CompletedMultipartUpload::builder().set_parts(Some(parts.collect())).build()
}

/// S3 begins to answer before thousands of parts are joined: the SDK would take the silence until then
/// for a connection that stalled.
fn patience() -> Builder {
    Builder::new().stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}
