//! An S3 object as a file: blocking, seekable, read in blocks.
//!
//! Demuxers read a few kilobytes here and there, and S3 takes tens of milliseconds for each answer:
//! so whole blocks are fetched, and the last few kept. Every block must be of the same object: one
//! that was replaced meanwhile is an error, not a mixture.
//!
//! Runs on a thread that may block, beside a Tokio runtime. Needs `s3:GetObject`, and
//! `s3:ListBucket` to be told that an object is gone.

use aws_sdk_s3::{Client, error::SdkError, operation::get_object::GetObjectError};
use bytes::Bytes;
use std::{
    io::{self, Read, Seek, SeekFrom},
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::runtime::Handle;

/// What a read fails with when the object is gone or another one.
pub(crate) const SOURCE_GONE: io::ErrorKind = io::ErrorKind::NotFound;

const BLOCK: u64 = 2 << 20;
const BLOCKS_KEPT: usize = 8;
/// Attempts at one block; the SDK's own retries do not cover a body that breaks off.
const ATTEMPTS: u32 = 4;

/// An object in S3, which any number of readers read.
pub(crate) struct Object {
    client: Client,
    bucket: String,
    key: String,
    length: u64,
    /// The entity tag of the first block, which all others must have.
    e_tag: OnceLock<String>,
    runtime: Handle,
}

impl Object {
    /// An object of `length` bytes. Must be called on a Tokio runtime, whose I/O driver it uses.
    pub(crate) fn new(client: Client, bucket: &str, key: String, length: u64) -> Arc<Self> {
        let (bucket, runtime) = (bucket.to_owned(), Handle::current());
        Arc::new(Self { client, bucket, key, length, e_tag: OnceLock::new(), runtime })
    }

    async fn get(&self, number: u64) -> io::Result<Bytes> {
        let first = number * BLOCK;
        let last = (first + BLOCK).min(self.length) - 1;
        let answer = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(&self.key)
            .range(format!("bytes={first}-{last}"))
            .set_if_match(self.e_tag.get().cloned())
            .send()
            .await
            .map_err(|error| self.failed(error))?;
        if let Some(e_tag) = answer.e_tag
            && *self.e_tag.get_or_init(|| e_tag.clone()) != e_tag
        {
            // two readers' first blocks crossed the replacement
            return Err(io::Error::new(SOURCE_GONE, "the object was replaced"));
        }
        let body = answer.body.collect().await.map_err(io::Error::other)?.into_bytes();
        if body.len() as u64 != last + 1 - first {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(body)
    }

    fn failed(&self, error: SdkError<GetObjectError>) -> io::Error {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let error = aws_sdk_s3::Error::from(error);
        let text = format!("S3 GetObject of s3://{}/{} failed: {error}", self.bucket, self.key);
        match status {
            // gone; replaced; shorter than it was
            Some(404 | 412 | 416) => io::Error::new(SOURCE_GONE, text),
            _ => io::Error::other(text),
        }
    }
}

/// A reader of an object, with a place and a few blocks of its own.
pub(crate) struct ObjectReader {
    object: Arc<Object>,
    position: u64,
    /// Blocks by their number, the one used last at the end.
    blocks: Vec<(u64, Bytes)>,
}

impl ObjectReader {
    /// At the object's first byte.
    pub(crate) fn new(object: Arc<Object>) -> Self {
        Self { object, position: 0, blocks: Vec::new() }
    }

    fn block(&mut self, number: u64) -> io::Result<Bytes> {
        let found = self.blocks.iter().position(|(known, _)| *known == number);
        let block = match found {
            Some(index) => self.blocks.remove(index).1,
            None => self.fetch(number)?,
        };
        if self.blocks.len() == BLOCKS_KEPT {
            self.blocks.remove(0);
        }
        self.blocks.push((number, block.clone()));
        Ok(block)
    }

    fn fetch(&self, number: u64) -> io::Result<Bytes> {
        let mut attempt = 1;
        loop {
            match self.object.runtime.block_on(self.object.get(number)) {
                Err(error) if attempt < ATTEMPTS && error.kind() != SOURCE_GONE => {
                    tracing::warn!(%error, attempt, "fetching a part of the video again");
                    std::thread::sleep(Duration::from_millis(100 << attempt));
                    attempt += 1;
                }
                result => return result,
            }
        }
    }
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.object.length || buffer.is_empty() {
            return Ok(0);
        }
        let block = self.block(self.position / BLOCK)?;
        let rest = &block[(self.position % BLOCK) as usize..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for ObjectReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.object.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3::{operation::get_object::GetObjectOutput, primitives::ByteStream};
    use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};

    /// Byte `n` of the object is `n / 1000`, wrapped.
    fn object(length: u64) -> Vec<u8> {
        (0..length).map(|at| (at / 1000) as u8).collect()
    }

    fn range(header: &str) -> (usize, usize) {
        let (first, last) = header.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
        (first.parse().unwrap(), last.parse::<usize>().unwrap() + 1)
    }

    fn serving(length: u64, first: u64) -> Rule {
        let wanted = format!("bytes={first}-{}", (first + BLOCK).min(length) - 1);
        let (from, to) = range(&wanted);
        let body = object(length)[from..to].to_vec();
        mock!(Client::get_object)
            .match_requests(move |request| request.range() == Some(&wanted))
            .then_output(move || {
                let body = ByteStream::from(body.clone());
                GetObjectOutput::builder().e_tag("\"1\"").body(body).build()
            })
    }

    async fn with_reader<T: Send + 'static>(
        rules: &[&Rule],
        length: u64,
        test: impl FnOnce(ObjectReader) -> T + Send + 'static,
    ) -> T {
        let client = mock_client!(aws_sdk_s3, RuleMode::MatchAny, rules);
        let object = Object::new(client, "uploads", "key".to_owned(), length);
        let reader = ObjectReader::new(object);
        tokio::task::spawn_blocking(move || test(reader)).await.unwrap()
    }

    #[tokio::test]
    async fn it_reads_like_a_file_and_fetches_each_block_once() {
        let length = BLOCK + 5000;
        let rules = [serving(length, 0), serving(length, BLOCK)];
        let read = with_reader(&[&rules[0], &rules[1]], length, move |mut reader| {
            let mut all = Vec::new();
            reader.read_to_end(&mut all).unwrap();
            reader.seek(SeekFrom::End(-5001)).unwrap();
            let mut tail = Vec::new();
            reader.read_to_end(&mut tail).unwrap();
            assert!(tail == all[all.len() - 5001..]);
            assert!(reader.seek(SeekFrom::Current(-i64::MAX)).is_err());
            all
        })
        .await;
        assert!(read == object(length));
        assert_eq!(rules.map(|rule| rule.num_calls()), [1, 1]);
    }

    #[tokio::test]
    async fn a_replaced_object_is_an_error() {
        let length = 2 * BLOCK;
        let first = serving(length, 0);
        let replaced = mock!(Client::get_object)
            .match_requests(|request| request.if_match() == Some("\"1\""))
            .then_http_response(|| {
                aws_sdk_s3::config::http::HttpResponse::new(
                    412.try_into().unwrap(),
                    "<Error><Code>PreconditionFailed</Code></Error>".into(),
                )
            });
        let error = with_reader(&[&first, &replaced], length, |mut reader| {
            reader.read_to_end(&mut Vec::new()).unwrap_err()
        })
        .await;
        assert_eq!(error.kind(), SOURCE_GONE);
    }
}
