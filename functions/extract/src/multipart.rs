//! Objects that are made in S3 part by part, and not at all where a part fails.
//!
//! Whatever goes wrong once an upload was begun, the upload is aborted, because S3 keeps its parts,
//! and bills them, until it is. Where that fails too, both errors are told.
//!
//! Needs `s3:PutObject`, `s3:AbortMultipartUpload` and, to leave alone what is there, `s3:GetObject`.

use aws_sdk_s3::{
    Client,
    config::{Builder, StalledStreamProtectionConfig},
    error::ProvideErrorMetadata,
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart},
};
use bytes::Bytes;
use std::io;

/// A zip's.
pub(crate) const ZIP: &str = "application/zip";

/// Why a zip did not reach S3.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadError {
    /// The writer was dropped before it was finished.
    #[error("the zip was not finished")]
    Unfinished,
    /// S3 refused, or could not be reached.
    #[error("S3 {operation} of s3://{bucket}/{key} failed: {source}")]
    S3 { operation: &'static str, bucket: String, key: String, source: Box<aws_sdk_s3::Error> },
    /// S3 began to send an object's bytes and did not send them all.
    #[error("S3 GetObject of s3://{bucket}/{key} broke off: {source}")]
    BrokeOff { bucket: String, key: String, source: io::Error },
    /// An object as long or longer is there, and was to stay.
    #[error("an object as long is there already")]
    Stays { e_tag: String },
    /// S3 makes no object of as many parts as this one needs.
    #[error("s3://{bucket}/{key} would have too many parts")]
    TooManyParts { bucket: String, key: String },
    /// What was sent could not be taken back. The bucket's lifecycle does it later.
    #[error("{cause}; and its parts could not be removed: {abort}")]
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

/// What an object may take the place of.
#[derive(Clone, Copy)]
pub(crate) enum Over {
    Anything,
    /// Only of an object of fewer bytes.
    Shorter(u64),
}

/// What must be true of the object that is there, as S3 takes it in a conditional write.
#[derive(Default)]
struct Condition {
    if_match: Option<String>,
    if_none_match: Option<String>,
}

/// What S3 tells of an object.
pub(crate) struct Head {
    pub(crate) length: u64,
    pub(crate) e_tag: String,
}

/// The object to be made.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) client: &'a Client,
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    pub(crate) content_type: &'static str,
}

impl Target<'_> {
    /// Makes the object at once. Returns its entity tag.
    pub(crate) async fn put(self, bytes: Bytes, over: Over) -> Result<String, UploadError> {
        let put = async |Condition { if_match, if_none_match }| {
            let put = self.client.put_object().bucket(self.bucket).key(self.key);
            let put = put.set_if_match(if_match).set_if_none_match(if_none_match);
            let put = put.content_type(self.content_type).body(bytes.clone().into());
            let put = put.send().await.map_err(|error| self.failed("PutObject", error))?;
            Ok(put.e_tag.unwrap_or_default())
        };
        self.make(over, put).await
    }

    /// Makes the object in an upload that `send` completes. Returns what that returns: the object's
    /// entity tag.
    ///
    /// Where it fails, no object appears, one that was there before stays as it was, and no part is
    /// left behind unless the error is [`UploadError::NotAborted`].
    pub(crate) async fn multipart(
        self,
        send: impl AsyncFnOnce(Upload<'_>) -> Result<String, UploadError>,
    ) -> Result<String, UploadError> {
        let id = self.create().await?;
        let upload = Upload { target: self, id: &id };
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

    /// What is there.
    pub(crate) async fn head(self) -> Result<Head, UploadError> {
        let head = self.client.head_object().bucket(self.bucket).key(self.key).send().await;
        let head = head.map_err(|error| self.failed("HeadObject", error))?;
        let length = head.content_length.and_then(|length| length.try_into().ok());
        Ok(Head { length: length.unwrap_or(0), e_tag: head.e_tag.unwrap_or_default() })
    }

    /// Has `make` write the object, on a condition, until that is true or the object there stays.
    async fn make(
        self,
        over: Over,
        make: impl AsyncFn(Condition) -> Result<String, UploadError>,
    ) -> Result<String, UploadError> {
        let Over::Shorter(length) = over else { return make(Condition::default()).await };
        let mut condition =
            Condition { if_none_match: Some("*".to_owned()), ..Condition::default() };
        loop {
            match make(condition).await {
                Err(UploadError::S3 { source, .. }) if is_refusal(source.code()) => {}
                made => return made,
            }
            let Head { length: there, e_tag } = self.head().await?;
            if there >= length {
                return Err(UploadError::Stays { e_tag });
            }
            condition = Condition { if_match: Some(e_tag), ..Condition::default() };
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

/// A multipart upload under way.
#[derive(Clone, Copy)]
pub(crate) struct Upload<'a> {
    pub(crate) target: Target<'a>,
    pub(crate) id: &'a str,
}

impl Upload<'_> {
    /// Sends these bytes as part `number`, the first of which is 1.
    pub(crate) async fn part(self, number: i32, part: Bytes) -> Result<CompletedPart, UploadError> {
        let Target { client, bucket, key, .. } = self.target;
        let upload = client.upload_part().bucket(bucket).key(key).upload_id(self.id);
        let upload = upload.part_number(number).body(ByteStream::from(part));
        let sent = upload.send().await;
        let sent = sent.map_err(|error| self.target.failed("UploadPart", error))?;
        Ok(CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag).build())
    }

    /// Makes the object of its parts, which may be in any order. Returns its entity tag.
    pub(crate) async fn complete(
        self,
        mut parts: Vec<CompletedPart>,
        over: Over,
    ) -> Result<String, UploadError> {
        parts.sort_by_key(CompletedPart::part_number);
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let Target { client, bucket, key, .. } = self.target;
        let complete = async |Condition { if_match, if_none_match }| {
            let complete = client.complete_multipart_upload().bucket(bucket).key(key);
            let complete = complete.upload_id(self.id).multipart_upload(parts.clone());
            let complete = complete.set_if_match(if_match).set_if_none_match(if_none_match);
            let completed = complete.customize().config_override(patience()).send().await;
            let completed =
                completed.map_err(|error| self.target.failed("CompleteMultipartUpload", error))?;
            Ok(completed.e_tag.unwrap_or_default())
        };
        self.target.make(over, complete).await
    }

    async fn abort(self) -> Result<(), UploadError> {
        let Target { client, bucket, key, .. } = self.target;
        let abort = client.abort_multipart_upload().bucket(bucket).key(key);
        match abort.upload_id(self.id).send().await.map_err(aws_sdk_s3::Error::from) {
            Ok(_) => Ok(()),
            // it was aborted, and the answer was lost
            Err(aws_sdk_s3::Error::NoSuchUpload(_)) => Ok(()),
            Err(error) => Err(self.target.failed("AbortMultipartUpload", error)),
        }
    }
}

/// Whether a conditional write was refused because of the object that is there, or because of another
/// write of the same key at the same time. After such a conflict S3 may not complete a multipart upload
/// any more; then the next try fails, and the message is delivered again.
fn is_refusal(code: Option<&str>) -> bool {
    matches!(code, Some("PreconditionFailed" | "ConditionalRequestConflict"))
}

/// For operations that S3 begins to answer before it has done them: the SDK would take the silence
/// until then for a connection that stalled, and give up after 20 seconds.
pub(crate) fn patience() -> Builder {
    Builder::new().stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}

/// What S3 answers where a test is not about it.
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

    async fn nothing_sent(rules: &[&Rule]) -> UploadError {
        let client = mock_client!(aws_sdk_s3, RuleMode::MatchAny, rules);
        let target = Target { client: &client, bucket: "results", key: "key", content_type: ZIP };
        let complete = async |upload: Upload<'_>| upload.complete(Vec::new(), Over::Anything).await;
        target.multipart(complete).await.unwrap_err()
    }

    fn not_completed() -> Rule {
        mock!(Client::complete_multipart_upload)
            .then_error(|| CompleteMultipartUploadError::unhandled("no"))
    }

    #[tokio::test]
    async fn an_upload_that_does_not_complete_is_aborted() {
        let (create, complete, abort) = (rules::created(), not_completed(), rules::aborted());
        let error = nothing_sent(&[&create, &complete, &abort]).await.to_string();
        let expected = "S3 CompleteMultipartUpload of s3://results/key failed";
        assert!(error.starts_with(expected), "{error}");
        assert_eq!(abort.num_calls(), 1);
    }

    #[tokio::test]
    async fn an_upload_that_is_gone_is_aborted() {
        let (create, complete) = (rules::created(), not_completed());
        let abort = mock!(Client::abort_multipart_upload).then_error(|| {
            AbortMultipartUploadError::NoSuchUpload(NoSuchUpload::builder().build())
        });
        let error = nothing_sent(&[&create, &complete, &abort]).await;
        assert!(matches!(error, UploadError::S3 { .. }), "{error}");
    }

    #[tokio::test]
    async fn where_aborting_fails_too_both_errors_are_told() {
        let (create, complete) = (rules::created(), not_completed());
        let abort = mock!(Client::abort_multipart_upload)
            .then_error(|| AbortMultipartUploadError::unhandled("no"));
        let error = nothing_sent(&[&create, &complete, &abort]).await.to_string();
        assert!(error.contains("S3 CompleteMultipartUpload of s3://results/key"), "{error}");
        assert!(error.contains("S3 AbortMultipartUpload of s3://results/key"), "{error}");
    }
}
