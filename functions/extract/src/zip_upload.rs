//! A zip on its way to S3: a blocking writer at one end, a multipart upload at the other.
//!
//! Parts leave while frames are still being decoded, a few at a time, so memory holds a few parts
//! whatever the zip's length. A zip of one part is sent as one object. Where the writer is dropped
//! before its end, or S3 fails, the upload is aborted and no object appears.
//!
//! Needs `s3:PutObject` and `s3:AbortMultipartUpload`.

use aws_sdk_s3::{
    Client,
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart},
};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream::FuturesUnordered};
use std::io::{self, Write};
use tokio::sync::mpsc;

/// The first parts' length. S3 asks for 5 MiB at least, in all parts but the last.
const PART: usize = 8 << 20;
/// Every so many parts the length grows by [`PART`], so that S3's 10,000 parts hold 470 GiB.
const PARTS_OF_ONE_LENGTH: usize = 1000;
/// Parts under way to S3 at once.
const IN_FLIGHT: usize = 2;

/// Why a zip did not reach S3.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ZipUploadError {
    /// The writer was dropped before it was finished.
    #[error("the zip was not finished")]
    Unfinished,
    /// S3 refused, or could not be reached.
    #[error("S3 {operation} of s3://{bucket}/{key} failed: {source}")]
    S3 { operation: &'static str, bucket: String, key: String, source: Box<aws_sdk_s3::Error> },
    /// What was sent could not be taken back. The bucket's lifecycle does it later.
    #[error("{cause}; and its parts could not be removed: {abort}")]
    NotAborted { cause: Box<ZipUploadError>, abort: Box<ZipUploadError> },
}

/// One message through the pipe.
enum Piece {
    Part(Bytes),
    /// The rest; may be empty. Only with it is the zip whole.
    Last(Bytes),
}

/// The writing end.
pub(crate) struct PartWriter {
    buffer: BytesMut,
    sent: usize,
    pipe: mpsc::Sender<Piece>,
}

/// The uploading end.
pub(crate) struct Parts(mpsc::Receiver<Piece>);

/// Both ends of a pipe that holds one part.
pub(crate) fn pipe() -> (PartWriter, Parts) {
    let (sender, receiver) = mpsc::channel(1);
    (PartWriter { buffer: BytesMut::new(), sent: 0, pipe: sender }, Parts(receiver))
}

impl PartWriter {
    /// Says that everything was written.
    pub(crate) fn finish(self) -> io::Result<()> {
        let last = Piece::Last(self.buffer.freeze());
        self.pipe.blocking_send(last).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn part_length(&self) -> usize {
        PART * (1 + self.sent / PARTS_OF_ONE_LENGTH)
    }
}

impl Write for PartWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.part_length();
        let count = bytes.len().min(length - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..count]);
        if self.buffer.len() == length {
            let part = Piece::Part(std::mem::take(&mut self.buffer).freeze());
            self.pipe.blocking_send(part).map_err(|_| io::ErrorKind::BrokenPipe)?;
            self.sent += 1;
        }
        Ok(count)
    }

    /// Parts leave when they are full; there is nothing to hurry.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Uploads what comes through the pipe. Returns the zip's length in bytes.
pub(crate) async fn upload(
    client: &Client,
    bucket: &str,
    key: &str,
    mut parts: Parts,
) -> Result<u64, ZipUploadError> {
    let target = Target { client, bucket, key };
    match parts.0.recv().await {
        None => Err(ZipUploadError::Unfinished),
        Some(Piece::Last(zip)) => target.put(zip).await,
        Some(Piece::Part(first)) => {
            let id = target.create().await?;
            match target.send(&id, first, parts).await {
                Ok(length) => Ok(length),
                Err(cause) => Err(match target.abort(&id).await {
                    Ok(()) => cause,
                    Err(abort) => ZipUploadError::NotAborted {
                        cause: Box::new(cause),
                        abort: Box::new(abort),
                    },
                }),
            }
        }
    }
}

const ZIP_TYPE: &str = "application/zip";

#[derive(Clone, Copy)]
struct Target<'a> {
    client: &'a Client,
    bucket: &'a str,
    key: &'a str,
}

impl Target<'_> {
    async fn put(self, zip: Bytes) -> Result<u64, ZipUploadError> {
        let length = zip.len() as u64;
        let put = self.client.put_object().bucket(self.bucket).key(self.key);
        let put = put.content_type(ZIP_TYPE).body(ByteStream::from(zip));
        put.send().await.map_err(|error| self.failed("PutObject", error))?;
        Ok(length)
    }

    async fn create(self) -> Result<String, ZipUploadError> {
        let create = self.client.create_multipart_upload().bucket(self.bucket).key(self.key);
        let created = create.content_type(ZIP_TYPE).send().await;
        let created = created.map_err(|error| self.failed("CreateMultipartUpload", error))?;
        Ok(created.upload_id.unwrap_or_default())
    }

    async fn send(self, id: &str, first: Bytes, mut parts: Parts) -> Result<u64, ZipUploadError> {
        let mut under_way = FuturesUnordered::new();
        let mut sent = Vec::new();
        let mut length = 0;
        let mut piece = Some(Piece::Part(first));
        for number in 1.. {
            let (part, last) = match piece {
                None => return Err(ZipUploadError::Unfinished),
                Some(Piece::Part(part)) => (part, false),
                Some(Piece::Last(part)) => (part, true),
            };
            length += part.len() as u64;
            if !part.is_empty() {
                under_way.push(self.part(id, number, part));
            }
            if last {
                break;
            }
            piece = loop {
                tokio::select! {
                    Some(part) = under_way.next() => sent.push(part?),
                    piece = parts.0.recv(), if under_way.len() < IN_FLIGHT => break piece,
                }
            };
        }
        while let Some(part) = under_way.next().await {
            sent.push(part?);
        }
        sent.sort_by_key(CompletedPart::part_number);
        self.complete(id, sent).await?;
        Ok(length)
    }

    async fn part(
        self,
        id: &str,
        number: i32,
        part: Bytes,
    ) -> Result<CompletedPart, ZipUploadError> {
        let upload = self.client.upload_part().bucket(self.bucket).key(self.key);
        let upload = upload.upload_id(id).part_number(number).body(ByteStream::from(part));
        let uploaded = upload.send().await.map_err(|error| self.failed("UploadPart", error))?;
        Ok(CompletedPart::builder().part_number(number).set_e_tag(uploaded.e_tag).build())
    }

    async fn complete(self, id: &str, parts: Vec<CompletedPart>) -> Result<(), ZipUploadError> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let complete = self.client.complete_multipart_upload().bucket(self.bucket).key(self.key);
        let complete = complete.upload_id(id).multipart_upload(parts).send().await;
        complete.map_err(|error| self.failed("CompleteMultipartUpload", error))?;
        Ok(())
    }

    async fn abort(self, id: &str) -> Result<(), ZipUploadError> {
        let abort = self.client.abort_multipart_upload().bucket(self.bucket).key(self.key);
        let aborted = abort.upload_id(id).send().await;
        aborted.map_err(|error| self.failed("AbortMultipartUpload", error))?;
        Ok(())
    }

    fn failed(
        self,
        operation: &'static str,
        error: impl Into<aws_sdk_s3::Error>,
    ) -> ZipUploadError {
        ZipUploadError::S3 {
            operation,
            bucket: self.bucket.to_owned(),
            key: self.key.to_owned(),
            source: Box::new(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3::operation::{
        abort_multipart_upload::AbortMultipartUploadOutput,
        complete_multipart_upload::CompleteMultipartUploadOutput,
        create_multipart_upload::CreateMultipartUploadOutput,
        put_object::PutObjectOutput,
        upload_part::{UploadPartError, UploadPartOutput},
    };
    use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};

    async fn uploaded(
        rules: &[&Rule],
        write: impl FnOnce(PartWriter) + Send + 'static,
    ) -> Result<u64, ZipUploadError> {
        let client = mock_client!(aws_sdk_s3, RuleMode::MatchAny, rules);
        let (writer, parts) = pipe();
        let writing = tokio::task::spawn_blocking(move || write(writer));
        let result = upload(&client, "results", "key", parts).await;
        writing.await.unwrap();
        result
    }

    fn created() -> Rule {
        mock!(Client::create_multipart_upload)
            .then_output(|| CreateMultipartUploadOutput::builder().upload_id("id").build())
    }

    fn aborted() -> Rule {
        mock!(Client::abort_multipart_upload)
            .match_requests(|request| request.upload_id() == Some("id"))
            .then_output(|| AbortMultipartUploadOutput::builder().build())
    }

    #[tokio::test]
    async fn a_small_zip_is_one_object() {
        let put = mock!(Client::put_object).then_output(|| PutObjectOutput::builder().build());
        let length = uploaded(&[&put], |mut writer| {
            writer.write_all(&[1; 1000]).unwrap();
            writer.finish().unwrap();
        })
        .await;
        assert_eq!(length.unwrap(), 1000);
        assert_eq!(put.num_calls(), 1);
    }

    #[tokio::test]
    async fn a_large_zip_leaves_in_exact_parts() {
        let create = created();
        let part = mock!(Client::upload_part)
            .match_requests(|request| {
                let length = request.body().size_hint().1;
                let expected = if request.part_number() == Some(3) { 7 } else { PART as u64 };
                length == Some(expected)
            })
            .then_output(|| UploadPartOutput::builder().e_tag("e").build());
        let complete = mock!(Client::complete_multipart_upload)
            .match_requests(|request| {
                let parts = request.multipart_upload().unwrap().parts();
                parts.iter().map(CompletedPart::part_number).eq([Some(1), Some(2), Some(3)])
            })
            .then_output(|| CompleteMultipartUploadOutput::builder().build());
        let length = uploaded(&[&create, &part, &complete], |mut writer| {
            writer.write_all(&vec![1; 2 * PART + 7]).unwrap();
            writer.finish().unwrap();
        })
        .await;
        assert_eq!(length.unwrap(), 2 * PART as u64 + 7);
        assert_eq!((part.num_calls(), complete.num_calls()), (3, 1));
    }

    #[tokio::test]
    async fn an_unfinished_zip_is_aborted() {
        let (create, abort) = (created(), aborted());
        let part = mock!(Client::upload_part)
            .then_output(|| UploadPartOutput::builder().e_tag("e").build());
        let result = uploaded(&[&create, &part, &abort], |mut writer| {
            writer.write_all(&vec![1; PART + 1]).unwrap();
        })
        .await;
        assert!(matches!(result, Err(ZipUploadError::Unfinished)));
        assert_eq!(abort.num_calls(), 1);
    }

    #[tokio::test]
    async fn a_failed_part_aborts_and_stops_the_writer() {
        let (create, abort) = (created(), aborted());
        let part = mock!(Client::upload_part).then_error(|| UploadPartError::unhandled("no"));
        let result = uploaded(&[&create, &part, &abort], |mut writer| {
            let written = writer.write_all(&vec![1; 10 * PART]);
            assert_eq!(written.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        })
        .await;
        let error = result.unwrap_err().to_string();
        assert!(error.starts_with("S3 UploadPart of s3://results/key failed"), "{error}");
        assert_eq!(abort.num_calls(), 1);
    }
}
