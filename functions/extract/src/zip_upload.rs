//! A zip on its way to S3: a blocking writer at one end, a multipart upload at the other.
//!
//! Parts leave while frames are still being decoded, a few at a time, so memory holds a few parts
//! whatever the zip's length. A zip of one part is sent as one object. Where the writer is dropped
//! before its end, or S3 fails, the upload is aborted and no object appears.
//!
//! What is at a zip's key only ever grows. A message may be delivered twice at once, and then two workers
//! write there: each a whole zip, or as much of it as it has done when it lets others go on. Whatever
//! they write has the same bytes from the beginning, so what is there is good for both as long as it is
//! the longer.
//!
//! Needs `s3:PutObject`, `s3:GetObject` and `s3:AbortMultipartUpload`.

use crate::multipart::{Over, Target, Upload, UploadError, ZIP};
use aws_sdk_s3::Client;
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

/// One message through the pipe.
enum Message {
    Part(Bytes),
    /// The rest; may be empty. Only with it is everything there.
    Last(Bytes, Extent),
}

/// How much was written.
#[derive(Clone, Copy)]
pub(crate) enum Extent {
    /// The whole zip.
    Whole,
    /// Some of its entries.
    Part,
}

impl Extent {
    /// What the object may replace, `length` being its own.
    fn over(self, length: u64) -> Over {
        match self {
            Self::Whole => Over::Anything,
            Self::Part => Over::Shorter(length),
        }
    }
}

/// The writing end.
pub(crate) struct PartWriter {
    buffer: BytesMut,
    sent: usize,
    pipe: mpsc::Sender<Message>,
}

/// The uploading end.
pub(crate) struct Parts(mpsc::Receiver<Message>);

/// Both ends of a pipe that holds one part.
pub(crate) fn pipe() -> (PartWriter, Parts) {
    let (sender, receiver) = mpsc::channel(1);
    (PartWriter { buffer: BytesMut::new(), sent: 0, pipe: sender }, Parts(receiver))
}

impl PartWriter {
    /// Says that everything was written, and how much that is.
    pub(crate) fn finish(self, extent: Extent) -> io::Result<()> {
        let last = Message::Last(self.buffer.freeze(), extent);
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
            let part = Message::Part(std::mem::take(&mut self.buffer).freeze());
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

/// An object that was uploaded, or one that has its bytes and more.
#[derive(Debug)]
pub(crate) struct Uploaded {
    /// How many bytes were written.
    pub(crate) bytes: u64,
    pub(crate) e_tag: String,
}

/// Uploads what comes through the pipe.
pub(crate) async fn upload(
    client: &Client,
    bucket: &str,
    key: &str,
    mut parts: Parts,
) -> Result<Uploaded, UploadError> {
    let target = Target { client, bucket, key, content_type: ZIP };
    let mut bytes = 0;
    let made = match parts.0.recv().await {
        None => Err(UploadError::Unfinished),
        Some(Message::Last(zip, extent)) => {
            bytes = zip.len() as u64;
            target.put(zip, extent.over(bytes)).await
        }
        Some(Message::Part(first)) => {
            let send = async |upload: Upload<'_>| send(upload, first, parts, &mut bytes).await;
            target.multipart(send).await
        }
    };
    match made {
        Ok(e_tag) | Err(UploadError::Stays { e_tag }) => Ok(Uploaded { bytes, e_tag }),
        Err(error) => Err(error),
    }
}

/// Sends the first part and those that follow, and completes the upload. Adds their bytes to `length`.
async fn send(
    upload: Upload<'_>,
    first: Bytes,
    mut parts: Parts,
    length: &mut u64,
) -> Result<String, UploadError> {
    let mut under_way = FuturesUnordered::new();
    let mut sent = Vec::new();
    let mut message = Some(Message::Part(first));
    let mut number = 1;
    let extent = loop {
        let (part, last) = match message {
            None => return Err(UploadError::Unfinished),
            Some(Message::Part(part)) => (part, None),
            Some(Message::Last(part, extent)) => (part, Some(extent)),
        };
        *length += part.len() as u64;
        if !part.is_empty() {
            under_way.push(upload.part(number, part));
            number += 1;
        }
        if let Some(extent) = last {
            break extent;
        }
        message = loop {
            tokio::select! {
                Some(part) = under_way.next() => sent.push(part?),
                message = parts.0.recv(), if under_way.len() < IN_FLIGHT => break message,
            }
        };
    };
    while let Some(part) = under_way.next().await {
        sent.push(part?);
    }
    upload.complete(sent, extent.over(*length)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::multipart::rules::{aborted, created};
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

    /// What is there.
    fn there(length: i64, e_tag: &'static str) -> Rule {
        mock!(Client::head_object).then_output(move || {
            HeadObjectOutput::builder().content_length(length).e_tag(e_tag).build()
        })
    }

    fn taken() -> ErrorMetadata {
        ErrorMetadata::builder().code("PreconditionFailed").build()
    }

    #[tokio::test]
    async fn a_small_zip_is_one_object() {
        let put = mock!(Client::put_object).then_output(|| PutObjectOutput::builder().build());
        let sent = uploaded(&[&put], |mut writer| {
            writer.write_all(&[1; 1000]).unwrap();
            writer.finish(Extent::Whole).unwrap();
        })
        .await;
        assert_eq!(sent.unwrap().bytes, 1000);
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
        let sent = uploaded(&[&create, &part, &complete], |mut writer| {
            writer.write_all(&vec![1; 2 * PART + 7]).unwrap();
            writer.finish(Extent::Whole).unwrap();
        })
        .await;
        assert_eq!(sent.unwrap().bytes, 2 * PART as u64 + 7);
        assert_eq!((part.num_calls(), complete.num_calls()), (3, 1));
    }

    #[tokio::test]
    async fn a_part_replaces_a_shorter_one() {
        let first = mock!(Client::put_object)
            .match_requests(|put| put.if_none_match() == Some("*") && put.if_match().is_none())
            .then_error(|| PutObjectError::generic(taken()));
        let there = there(999, "shorter");
        let second = mock!(Client::put_object)
            .match_requests(|put| {
                put.if_match() == Some("shorter") && put.if_none_match().is_none()
            })
            .then_output(|| PutObjectOutput::builder().e_tag("own").build());
        let sent = uploaded(&[&first, &there, &second], |mut writer| {
            writer.write_all(&[1; 1000]).unwrap();
            writer.finish(Extent::Part).unwrap();
        })
        .await
        .unwrap();
        assert_eq!((sent.bytes, &*sent.e_tag), (1000, "own"));
        assert_eq!([first, there, second].map(|rule| rule.num_calls()), [1; 3]);
    }

    #[tokio::test]
    async fn a_conflicting_write_is_tried_again() {
        let conflict = ErrorMetadata::builder().code("ConditionalRequestConflict").build();
        let first = mock!(Client::put_object)
            .match_requests(|put| put.if_none_match() == Some("*"))
            .then_error(move || PutObjectError::generic(conflict.clone()));
        let there = there(999, "shorter");
        let second = mock!(Client::put_object)
            .match_requests(|put| put.if_match() == Some("shorter"))
            .then_output(|| PutObjectOutput::builder().e_tag("own").build());
        let sent = uploaded(&[&first, &there, &second], |mut writer| {
            writer.write_all(&[1; 1000]).unwrap();
            writer.finish(Extent::Part).unwrap();
        })
        .await
        .unwrap();
        assert_eq!(&*sent.e_tag, "own");
    }

    #[tokio::test]
    async fn a_part_leaves_a_longer_one_alone() {
        let (create, abort) = (created(), aborted());
        let part = mock!(Client::upload_part)
            .then_output(|| UploadPartOutput::builder().e_tag("e").build());
        let complete = mock!(Client::complete_multipart_upload)
            .match_requests(|complete| complete.if_none_match() == Some("*"))
            .then_error(|| CompleteMultipartUploadError::generic(taken()));
        let there = there(PART as i64 + 1, "as long");
        let sent = uploaded(&[&create, &part, &complete, &there, &abort], |mut writer| {
            writer.write_all(&vec![1; PART + 1]).unwrap();
            writer.finish(Extent::Part).unwrap();
        })
        .await
        .unwrap();
        assert_eq!((sent.bytes, &*sent.e_tag), (PART as u64 + 1, "as long"));
        assert_eq!((there.num_calls(), abort.num_calls()), (1, 1));
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
