//! Objects that are written to S3 in one request, or in parts.
//!
//! If anything fails after a multipart upload was created, the upload is aborted, because S3 keeps its
//! parts, and bills them, until then. If the abort fails too, both errors are reported.
//!
//! Needs `s3:PutObject`, `s3:AbortMultipartUpload` and, to compare with an existing object,
//! `s3:GetObject`.

use aws_sdk_s3::{
    Client,
    config::{Builder, StalledStreamProtectionConfig},
    error::ProvideErrorMetadata,
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart},
};
use bytes::Bytes;
use std::io;

/// The content type of a zip.
pub(crate) const ZIP: &str = "application/zip";

/// The reason for which an object was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadError {
    /// The writer was dropped before it was finished.
    #[error("the zip was not finished")]
    Unfinished,
    /// S3 refused, or could not be reached.
    #[error("S3 {operation} of s3://{bucket}/{key} failed: {source}")]
    S3 { operation: &'static str, bucket: String, key: String, source: Box<aws_sdk_s3::Error> },
    /// S3 began to send an object's bytes and stopped before the end.
    #[error("S3 GetObject of s3://{bucket}/{key} broke off: {source}")]
    BrokeOff { bucket: String, key: String, source: io::Error },
    /// An object that is at least as long exists, and was kept.
    #[error("an object that is at least as long exists")]
    Kept { e_tag: String },
    /// The object would need more parts than S3 accepts.
    #[error("s3://{bucket}/{key} would need more parts than S3 accepts")]
    TooManyParts { bucket: String, key: String },
    /// The upload failed, and its parts could not be removed. The bucket's lifecycle removes them later.
    #[error("{cause}; and the upload's parts could not be removed: {abort}")]
    NotAborted { cause: Box<UploadError>, abort: Box<UploadError> },
}

impl UploadError {
    /// `operation` failed on the object `key`.
    pub(crate) fn s3(
        operation: &'static str,
        bucket: &str,
        key: &str,
        error: impl Into<aws_sdk_s3::Error>,
    ) -> Self {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        Self::S3 { operation, bucket, key, source: Box::new(error.into()) }
    }
}

/// The existing object that a write may replace.
#[derive(Clone, Copy)]
pub(crate) enum Overwrite {
    Anything,
    /// Only an object with fewer bytes than this.
    Shorter(u64),
}

/// The condition of a conditional write.
#[derive(Default)]
struct WriteCondition {
    if_match: Option<String>,
    if_none_match: Option<String>,
}

/// The metadata of an existing object.
pub(crate) struct ObjectHead {
    pub(crate) length: u64,
    pub(crate) e_tag: String,
}

/// An object to be written.
#[derive(Clone, Copy)]
pub(crate) struct NewObject<'a> {
    pub(crate) client: &'a Client,
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    pub(crate) content_type: &'static str,
}

impl NewObject<'_> {
    /// Writes the object in one request. Returns its entity tag.
    pub(crate) async fn put(
        self,
        bytes: Bytes,
        overwrite: Overwrite,
    ) -> Result<String, UploadError> {
        let put = async |WriteCondition { if_match, if_none_match }| {
            let put = self.client.put_object().bucket(self.bucket).key(self.key);
            let put = put.set_if_match(if_match).set_if_none_match(if_none_match);
            let put = put.content_type(self.content_type).body(bytes.clone().into());
            let put = put.send().await.map_err(|error| self.failed("PutObject", error))?;
            Ok(put.e_tag.unwrap_or_default())
        };
        self.write_over(overwrite, put).await
    }

    /// Writes the object by a multipart upload that `send` completes. Returns what `send` returns: the
    /// object's entity tag.
    ///
    /// On an error no object appears, an existing one is unchanged, and no part is left unless the error
    /// is [`UploadError::NotAborted`].
    pub(crate) async fn multipart(
        self,
        send: impl AsyncFnOnce(OpenUpload<'_>) -> Result<String, UploadError>,
    ) -> Result<String, UploadError> {
        let id = self.create().await?;
        let upload = OpenUpload { object: self, id: &id };
        let cause = match send(upload).await {
            Ok(e_tag) => return Ok(e_tag),
            Err(cause) => cause,
        };
        Err(match upload.abort().await {
            Ok(()) => cause,
            Err(abort) => {
                UploadError::NotAborted { cause: Box::new(cause), abort: Box::new(abort) }
            }
        })
    }

    /// Returns the metadata of the existing object.
    pub(crate) async fn head(self) -> Result<ObjectHead, UploadError> {
        let head = self.client.head_object().bucket(self.bucket).key(self.key).send().await;
        let head = head.map_err(|error| self.failed("HeadObject", error))?;
        let length = head.content_length.and_then(|length| length.try_into().ok());
        Ok(ObjectHead { length: length.unwrap_or(0), e_tag: head.e_tag.unwrap_or_default() })
    }

    /// Calls `write` with a condition until the condition holds or the existing object is kept.
    async fn write_over(
        self,
        overwrite: Overwrite,
        write: impl AsyncFn(WriteCondition) -> Result<String, UploadError>,
    ) -> Result<String, UploadError> {
        let Overwrite::Shorter(length) = overwrite else {
            return write(WriteCondition::default()).await;
        };
        let mut condition =
            WriteCondition { if_none_match: Some("*".to_owned()), ..WriteCondition::default() };
        loop {
            match write(condition).await {
                Err(UploadError::S3 { source, .. }) if is_refusal(source.code()) => {}
                written => return written,
            }
            let ObjectHead { length: existing, e_tag } = self.head().await?;
            if existing >= length {
                return Err(UploadError::Kept { e_tag });
            }
            condition = WriteCondition { if_match: Some(e_tag), ..WriteCondition::default() };
        }
    }

    async fn create(self) -> Result<String, UploadError> {
        let create = self.client.create_multipart_upload().bucket(self.bucket).key(self.key);
        let created = create.content_type(self.content_type).send().await;
        let created = created.map_err(|error| self.failed("CreateMultipartUpload", error))?;
        Ok(created.upload_id.unwrap_or_default())
    }

    fn failed(self, operation: &'static str, error: impl Into<aws_sdk_s3::Error>) -> UploadError {
        UploadError::s3(operation, self.bucket, self.key, error)
    }
}

/// A multipart upload that is neither completed nor aborted.
#[derive(Clone, Copy)]
pub(crate) struct OpenUpload<'a> {
    pub(crate) object: NewObject<'a>,
    pub(crate) id: &'a str,
}

impl OpenUpload<'_> {
    /// Uploads part `number`; the first one is 1.
    pub(crate) async fn part(self, number: i32, part: Bytes) -> Result<CompletedPart, UploadError> {
        let NewObject { client, bucket, key, .. } = self.object;
        let upload = client.upload_part().bucket(bucket).key(key).upload_id(self.id);
        let upload = upload.part_number(number).body(ByteStream::from(part));
        let sent = upload.send().await;
        let sent = sent.map_err(|error| self.object.failed("UploadPart", error))?;
        Ok(CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag).build())
    }

    /// Completes the upload from its parts, given in any order. Returns the object's entity tag.
    pub(crate) async fn complete(
        self,
        mut parts: Vec<CompletedPart>,
        overwrite: Overwrite,
    ) -> Result<String, UploadError> {
        parts.sort_by_key(CompletedPart::part_number);
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let NewObject { client, bucket, key, .. } = self.object;
        let complete = async |WriteCondition { if_match, if_none_match }| {
            let complete = client.complete_multipart_upload().bucket(bucket).key(key);
            let complete = complete.upload_id(self.id).multipart_upload(parts.clone());
            let complete = complete.set_if_match(if_match).set_if_none_match(if_none_match);
            let completed =
                complete.customize().config_override(without_stall_protection()).send().await;
            let completed =
                completed.map_err(|error| self.object.failed("CompleteMultipartUpload", error))?;
            Ok(completed.e_tag.unwrap_or_default())
        };
        self.object.write_over(overwrite, complete).await
    }

    async fn abort(self) -> Result<(), UploadError> {
        let NewObject { client, bucket, key, .. } = self.object;
        let abort = client.abort_multipart_upload().bucket(bucket).key(key);
        match abort.upload_id(self.id).send().await.map_err(aws_sdk_s3::Error::from) {
            Ok(_) => Ok(()),
            // an earlier request aborted it, and its response was lost
            Err(aws_sdk_s3::Error::NoSuchUpload(_)) => Ok(()),
            Err(error) => Err(self.object.failed("AbortMultipartUpload", error)),
        }
    }
}

/// Returns whether a conditional write was refused because of the existing object, or because of another
/// write to the same key at the same time. After such a conflict S3 may refuse to complete the multipart
/// upload at all; then the next try fails, and the message is delivered again.
fn is_refusal(code: Option<&str>) -> bool {
    matches!(code, Some("PreconditionFailed" | "ConditionalRequestConflict"))
}

/// The configuration of operations whose response S3 begins before they are done. The SDK would take the
/// silence in between for a stalled connection, and give up after 20 seconds.
pub(crate) fn without_stall_protection() -> Builder {
    Builder::new().stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}

/// Responses of S3 to requests that a test is not about.
#[cfg(test)]
pub(crate) mod rules {
    use aws_sdk_s3::{
        Client,
        operation::{
            abort_multipart_upload::AbortMultipartUploadOutput,
            create_multipart_upload::CreateMultipartUploadOutput,
        },
    };
    use aws_smithy_mocks::{Rule, mock};

    pub(crate) fn created() -> Rule {
        mock!(Client::create_multipart_upload)
            .match_requests(|request| request.content_type() == Some("application/zip"))
            .then_output(|| CreateMultipartUploadOutput::builder().upload_id("id").build())
    }

    pub(crate) fn aborted() -> Rule {
        mock!(Client::abort_multipart_upload)
            .match_requests(|request| request.upload_id() == Some("id"))
            .then_output(|| AbortMultipartUploadOutput::builder().build())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3::operation::{
        abort_multipart_upload::AbortMultipartUploadError,
        complete_multipart_upload::CompleteMultipartUploadError,
    };
    use aws_sdk_s3::types::error::NoSuchUpload;
    use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};

    async fn upload_without_parts(rules: &[&Rule]) -> UploadError {
        let client = mock_client!(aws_sdk_s3, RuleMode::MatchAny, rules);
        let object =
            NewObject { client: &client, bucket: "results", key: "key", content_type: ZIP };
        let complete =
            async |upload: OpenUpload<'_>| upload.complete(Vec::new(), Overwrite::Anything).await;
        object.multipart(complete).await.unwrap_err()
    }

    fn not_completed() -> Rule {
        mock!(Client::complete_multipart_upload)
            .then_error(|| CompleteMultipartUploadError::unhandled("no"))
    }

    #[tokio::test]
    async fn an_upload_that_does_not_complete_is_aborted() {
        let (create, complete, abort) = (rules::created(), not_completed(), rules::aborted());
        let error = upload_without_parts(&[&create, &complete, &abort]).await.to_string();
        let expected = "S3 CompleteMultipartUpload of s3://results/key failed";
        assert!(error.starts_with(expected), "{error}");
        assert_eq!(abort.num_calls(), 1);
    }

    #[tokio::test]
    async fn an_upload_that_is_gone_counts_as_aborted() {
        let (create, complete) = (rules::created(), not_completed());
        let abort = mock!(Client::abort_multipart_upload).then_error(|| {
            AbortMultipartUploadError::NoSuchUpload(NoSuchUpload::builder().build())
        });
        let error = upload_without_parts(&[&create, &complete, &abort]).await;
        assert!(matches!(error, UploadError::S3 { .. }), "{error}");
    }

    #[tokio::test]
    async fn if_the_abort_fails_too_both_errors_are_reported() {
        let (create, complete) = (rules::created(), not_completed());
        let abort = mock!(Client::abort_multipart_upload)
            .then_error(|| AbortMultipartUploadError::unhandled("no"));
        let error = upload_without_parts(&[&create, &complete, &abort]).await.to_string();
        assert!(error.contains("S3 CompleteMultipartUpload of s3://results/key"), "{error}");
        assert!(error.contains("S3 AbortMultipartUpload of s3://results/key"), "{error}");
    }
}
