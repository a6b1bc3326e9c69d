//! A zip that is uploaded while it is written: a blocking writer feeds a multipart upload.
//!
//! Parts are sent while frames are still being decoded, a few at a time, so memory holds a few parts
//! whatever the zip's length. A zip of one part is sent in one request. If the writer is dropped before
//! it is finished, or S3 fails, the upload is aborted and no object appears.
//!
//! A zip object is only ever replaced by a longer one with the same beginning. A message may be
//! delivered twice at the same time, and then two workers write to the same key: each a whole zip, or
//! the entries that it has when it leaves the rest to other workers. Both write the same bytes from the
//! beginning, so the longer object serves both.
//!
//! Needs `s3:PutObject`, `s3:GetObject` and `s3:AbortMultipartUpload`.

use super::multipart::{NewObject, OpenUpload, Overwrite, UploadError, ZIP};
use aws_sdk_s3::Client;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream::FuturesUnordered};
use std::io::{self, Write};
use tokio::sync::mpsc;

/// The length of the first parts. S3 requires at least 5 MiB in all parts but the last.
const PART: usize = 8 << 20;
/// After each 1000 parts the length grows by [`PART`], so that S3's 10,000 parts hold 470 GiB.
const PARTS_OF_ONE_LENGTH: usize = 1000;
/// The number of parts that are uploaded at once.
const CONCURRENT_UPLOADS: usize = 2;

/// A message from the writer to the upload.
enum WriterMessage {
    Part(Bytes),
    /// The last part, which may be empty. Without it the zip is unfinished.
    Last(Bytes, ZipExtent),
}

/// The extent of the written zip.
#[derive(Clone, Copy)]
pub(crate) enum ZipExtent {
    /// The whole zip.
    Whole,
    /// The entries of one segment.
    Segment,
}

impl ZipExtent {
    /// Returns the existing object that an object of `length` bytes may replace.
    fn overwrite(self, length: u64) -> Overwrite {
        match self {
            Self::Whole => Overwrite::Anything,
            Self::Segment => Overwrite::Shorter(length),
        }
    }
}

/// The writing end of the pipe; it cuts the zip into parts.
pub(crate) struct PartWriter {
    buffer: BytesMut,
    sent: usize,
    sender: mpsc::Sender<WriterMessage>,
}

/// The uploading end of the pipe.
pub(crate) struct PartReceiver(mpsc::Receiver<WriterMessage>);

/// Returns both ends of a pipe that holds one part.
pub(crate) fn pipe() -> (PartWriter, PartReceiver) {
    let (sender, receiver) = mpsc::channel(1);
    (PartWriter { buffer: BytesMut::new(), sent: 0, sender }, PartReceiver(receiver))
}

impl PartWriter {
    /// Sends the last part. `extent` says how much of the zip was written.
    pub(crate) fn finish(self, extent: ZipExtent) -> io::Result<()> {
        let last = WriterMessage::Last(self.buffer.freeze(), extent);
        self.sender.blocking_send(last).map_err(|_| io::ErrorKind::BrokenPipe.into())
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
            let part = WriterMessage::Part(std::mem::take(&mut self.buffer).freeze());
            self.sender.blocking_send(part).map_err(|_| io::ErrorKind::BrokenPipe)?;
            self.sent += 1;
        }
        Ok(count)
    }

    /// Does nothing: parts are sent when they are full.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The object at the key after an upload: the uploaded one, or a longer one that begins with its bytes.
#[derive(Debug)]
pub(crate) struct Uploaded {
    /// The number of bytes that were written.
    pub(crate) bytes: u64,
    pub(crate) e_tag: String,
}

/// Uploads the parts that it receives.
pub(crate) async fn upload(
    client: &Client,
    bucket: &str,
    key: &str,
    mut parts: PartReceiver,
) -> Result<Uploaded, UploadError> {
    let object = NewObject { client, bucket, key, content_type: ZIP };
    let mut bytes = 0;
    let written = match parts.0.recv().await {
        None => Err(UploadError::Unfinished),
        Some(WriterMessage::Last(zip, extent)) => {
            bytes = zip.len() as u64;
            object.put(zip, extent.overwrite(bytes)).await
        }
        Some(WriterMessage::Part(first)) => {
            let send = async |upload: OpenUpload<'_>| send(upload, first, parts, &mut bytes).await;
            object.multipart(send).await
        }
    };
    match written {
        Ok(e_tag) | Err(UploadError::Kept { e_tag }) => Ok(Uploaded { bytes, e_tag }),
        Err(error) => Err(error),
    }
}

/// Uploads the first part and those that follow, and completes the upload. Adds their bytes to `length`.
async fn send(
    upload: OpenUpload<'_>,
    first: Bytes,
    mut parts: PartReceiver,
    length: &mut u64,
) -> Result<String, UploadError> {
    let mut in_flight = FuturesUnordered::new();
    let mut sent = Vec::new();
    let mut message = Some(WriterMessage::Part(first));
    let mut number = 1;
    let extent = loop {
        let (part, last) = match message {
            None => return Err(UploadError::Unfinished),
            Some(WriterMessage::Part(part)) => (part, None),
            Some(WriterMessage::Last(part, extent)) => (part, Some(extent)),
        };
        *length += part.len() as u64;
        if !part.is_empty() {
            in_flight.push(upload.part(number, part));
            number += 1;
        }
        if let Some(extent) = last {
            break extent;
        }
        message = loop {
            tokio::select! {
                Some(part) = in_flight.next() => sent.push(part?),
                message = parts.0.recv(), if in_flight.len() < CONCURRENT_UPLOADS => break message,
            }
        };
    };
    while let Some(part) = in_flight.next().await {
        sent.push(part?);
    }
    upload.complete(sent, extent.overwrite(*length)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::multipart::rules::{aborted, created};
    use aws_sdk_s3::{
        error::ErrorMetadata,
        operation::{
            complete_multipart_upload::{
                CompleteMultipartUploadError, CompleteMultipartUploadOutput,
            },
            head_object::HeadObjectOutput,
            put_object::{PutObjectError, PutObjectOutput},
            upload_part::{UploadPartError, UploadPartOutput},
        },
        types::CompletedPart,
    };
    use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};

    async fn uploaded(
        rules: &[&Rule],
        write: impl FnOnce(PartWriter) + Send + 'static,
    ) -> Result<Uploaded, UploadError> {
        let client = mock_client!(aws_sdk_s3, RuleMode::MatchAny, rules);
        let (writer, parts) = pipe();
        let writing = tokio::task::spawn_blocking(move || write(writer));
        let result = upload(&client, "results", "key", parts).await;
        writing.await.unwrap();
        result
    }

    /// S3's answer about an existing object.
    fn existing(length: i64, e_tag: &'static str) -> Rule {
        mock!(Client::head_object).then_output(move || {
            HeadObjectOutput::builder().content_length(length).e_tag(e_tag).build()
        })
    }

    fn refused() -> ErrorMetadata {
        ErrorMetadata::builder().code("PreconditionFailed").build()
    }

    #[tokio::test]
    async fn a_small_zip_is_sent_in_one_request() {
        let put = mock!(Client::put_object).then_output(|| PutObjectOutput::builder().build());
        let sent = uploaded(&[&put], |mut writer| {
            writer.write_all(&[1; 1000]).unwrap();
            writer.finish(ZipExtent::Whole).unwrap();
        })
        .await;
        assert_eq!(sent.unwrap().bytes, 1000);
        assert_eq!(put.num_calls(), 1);
    }

    #[tokio::test]
    async fn a_large_zip_is_sent_in_parts_of_exact_length() {
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
        let sent = uploaded(&[&create, &part, &complete], |mut writer| {
            writer.write_all(&vec![1; 2 * PART + 7]).unwrap();
            writer.finish(ZipExtent::Whole).unwrap();
        })
        .await;
        assert_eq!(sent.unwrap().bytes, 2 * PART as u64 + 7);
        assert_eq!((part.num_calls(), complete.num_calls()), (3, 1));
    }

    #[tokio::test]
    async fn a_segment_replaces_a_shorter_one() {
        let first = mock!(Client::put_object)
            .match_requests(|put| put.if_none_match() == Some("*") && put.if_match().is_none())
            .then_error(|| PutObjectError::generic(refused()));
        let existing = existing(999, "shorter");
        let second = mock!(Client::put_object)
            .match_requests(|put| {
                put.if_match() == Some("shorter") && put.if_none_match().is_none()
            })
            .then_output(|| PutObjectOutput::builder().e_tag("own").build());
        let sent = uploaded(&[&first, &existing, &second], |mut writer| {
            writer.write_all(&[1; 1000]).unwrap();
            writer.finish(ZipExtent::Segment).unwrap();
        })
        .await
        .unwrap();
        assert_eq!((sent.bytes, &*sent.e_tag), (1000, "own"));
        assert_eq!([first, existing, second].map(|rule| rule.num_calls()), [1; 3]);
    }

    #[tokio::test]
    async fn a_conflicting_write_is_tried_again() {
        let conflict = ErrorMetadata::builder().code("ConditionalRequestConflict").build();
        let first = mock!(Client::put_object)
            .match_requests(|put| put.if_none_match() == Some("*"))
            .then_error(move || PutObjectError::generic(conflict.clone()));
        let existing = existing(999, "shorter");
        let second = mock!(Client::put_object)
            .match_requests(|put| put.if_match() == Some("shorter"))
            .then_output(|| PutObjectOutput::builder().e_tag("own").build());
        let sent = uploaded(&[&first, &existing, &second], |mut writer| {
            writer.write_all(&[1; 1000]).unwrap();
            writer.finish(ZipExtent::Segment).unwrap();
        })
        .await
        .unwrap();
        assert_eq!(&*sent.e_tag, "own");
    }

    #[tokio::test]
    async fn a_segment_does_not_replace_a_longer_one() {
        let (create, abort) = (created(), aborted());
        let part = mock!(Client::upload_part)
            .then_output(|| UploadPartOutput::builder().e_tag("e").build());
        let complete = mock!(Client::complete_multipart_upload)
            .match_requests(|complete| complete.if_none_match() == Some("*"))
            .then_error(|| CompleteMultipartUploadError::generic(refused()));
        let existing = existing(PART as i64 + 1, "as long");
        let sent = uploaded(&[&create, &part, &complete, &existing, &abort], |mut writer| {
            writer.write_all(&vec![1; PART + 1]).unwrap();
            writer.finish(ZipExtent::Segment).unwrap();
        })
        .await
        .unwrap();
        assert_eq!((sent.bytes, &*sent.e_tag), (PART as u64 + 1, "as long"));
        assert_eq!((existing.num_calls(), abort.num_calls()), (1, 1));
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
        assert!(matches!(result, Err(UploadError::Unfinished)));
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
