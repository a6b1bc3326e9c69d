//! Reads an S3 object like a file: blocking, seekable, for several readers at once.
//!
//! Demuxers read a few kilobytes here and there, and each answer of S3 takes tens of milliseconds. So
//! whole blocks are fetched, several in one request, and kept for all readers of the object. A reader
//! that reads on gets longer windows, and the next one before it needs it. All blocks must be of the
//! same object: an object that was replaced in between is an error, never a mixture.
//!
//! Readers run on threads that may block; the Tokio runtime fetches. Needs `s3:GetObject`, and
//! `s3:ListBucket` so that S3 reports a missing object as missing.

mod block_cache;
mod read_ahead;
#[cfg(test)]
mod tests;

use aws_sdk_s3::{
    Client, error::SdkError, operation::get_object::GetObjectError, primitives::ByteStream,
};
use block_cache::{BlockCache, BlockClaim, BlockLookup};
use bytes::{Bytes, BytesMut};
use read_ahead::ReadAhead;
use std::{
    fmt::Display,
    io::{self, Read, Seek, SeekFrom},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{runtime::Handle, task::JoinSet, time};

/// The error kind of a read after the object was removed or replaced.
pub(crate) const SOURCE_GONE: io::ErrorKind = io::ErrorKind::NotFound;

/// Bytes in a block, the unit in which the object is fetched and cached. The last block may be shorter.
const BLOCK: u64 = 256 << 10;
/// The maximum number of requests for one window. The SDK's own retries do not cover a body that breaks off.
const MAX_REQUESTS: u32 = 4;
/// The longest time that S3 may take to begin its answer, the SDK's retries included. The SDK limits connecting (to
/// 3 seconds) and pauses in the body (to 20 seconds). Its limit on the time in between is that of
/// `sdk_config`, which is meant for the slowest requests.
const ANSWER_TIME: Duration = Duration::from_secs(20);

/// An object in S3 that any number of readers can read.
pub(crate) struct SourceObject {
    client: Client,
    bucket: String,
    key: String,
    length: u64,
    /// The entity tag of the first answer. All other answers must have the same one.
    e_tag: OnceLock<String>,
    cache: Arc<BlockCache>,
    bytes_read: AtomicU64,
    runtime: Handle,
    fetches: Mutex<JoinSet<()>>,
}

impl SourceObject {
    /// An object of `length` bytes. Must be called on a Tokio runtime, which then fetches the blocks.
    pub(crate) fn new(client: Client, bucket: &str, key: String, length: u64) -> Arc<Self> {
        Arc::new(Self {
            client,
            bucket: bucket.to_owned(),
            key,
            length,
            e_tag: OnceLock::new(),
            cache: BlockCache::new(length),
            bytes_read: AtomicU64::new(0),
            runtime: Handle::current(),
            fetches: Mutex::default(),
        })
    }

    /// Aborts the fetches that are still running. Otherwise they would continue, or fail, in the function's
    /// next invocation.
    pub(crate) fn close(&self) {
        self.fetches().abort_all();
    }

    /// Returns the number of bytes that were downloaded. Bytes that were downloaded again count again.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// Fetches the claimed blocks in the background.
    fn fetch(self: &Arc<Self>, claim: BlockClaim) {
        let mut fetches = self.fetches();
        while fetches.try_join_next().is_some() {}
        fetches.spawn_on(self.clone().fulfil(claim), &self.runtime);
    }

    fn fetches(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.fetches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fulfil(self: Arc<Self>, mut claim: BlockClaim) {
        let mut requests = 1;
        while let Err(error) = self.get(&mut claim).await {
            if requests == MAX_REQUESTS || error.kind() == SOURCE_GONE {
                return claim.fail(&error);
            }
            tracing::warn!(%error, requests.count = requests, "retrying a read of the video");
            time::sleep(Duration::from_millis(100 << requests)).await;
            requests += 1;
        }
    }

    /// Sends one request for all blocks left. On an error, the blocks that arrived whole are published.
    async fn get(&self, claim: &mut BlockClaim) -> io::Result<()> {
        let blocks = claim.left();
        let (first, end) = (blocks.start * BLOCK, (blocks.end * BLOCK).min(self.length));
        let request = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(&self.key)
            .range(format!("bytes={first}-{}", end - 1))
            .set_if_match(self.e_tag.get().cloned());
        let answer = time::timeout(ANSWER_TIME, request.send()).await;
        let answer = answer
            .map_err(|_| self.failed(io::ErrorKind::TimedOut, "no answer"))?
            .map_err(|error| self.refused(error))?;
        if let Some(e_tag) = answer.e_tag
            && *self.e_tag.get_or_init(|| e_tag.clone()) != e_tag
        {
            // two first requests were sent at once, and the object was replaced between them
            return Err(io::Error::new(SOURCE_GONE, "the object was replaced"));
        }
        if answer.content_length.is_some_and(|length| length as u64 != end - first) {
            return Err(self.failed(io::ErrorKind::UnexpectedEof, "not the requested range"));
        }
        let mut body = ObjectBody { object: self, stream: answer.body, chunk: Bytes::new() };
        for block in blocks {
            let next = ((block + 1) * BLOCK).min(end);
            let bytes = body.take((next - block * BLOCK) as usize).await?;
            if next == end {
                body.end().await?;
            }
            claim.publish(bytes);
        }
        Ok(())
    }

    fn refused(&self, error: SdkError<GetObjectError>) -> io::Error {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let kind = match status {
            // removed; replaced; replaced by a shorter one
            Some(404 | 412 | 416) => SOURCE_GONE,
            _ => io::ErrorKind::Other,
        };
        self.failed(kind, aws_sdk_s3::Error::from(error))
    }

    fn failed(&self, kind: io::ErrorKind, why: impl Display) -> io::Error {
        let Self { bucket, key, .. } = self;
        io::Error::new(kind, format!("S3 GetObject of s3://{bucket}/{key} failed: {why}"))
    }
}

/// The body of an answer, cut into blocks.
struct ObjectBody<'a> {
    object: &'a SourceObject,
    stream: ByteStream,
    /// The received bytes that were not taken yet.
    chunk: Bytes,
}

impl ObjectBody<'_> {
    async fn take(&mut self, length: usize) -> io::Result<Bytes> {
        // copied, because a chunk keeps the connection's buffer alive
        let mut bytes = BytesMut::with_capacity(length);
        while bytes.len() < length {
            if self.chunk.is_empty() && !self.next().await? {
                return Err(self.object.failed(io::ErrorKind::UnexpectedEof, "the body broke off"));
            }
            let count = self.chunk.len().min(length - bytes.len());
            bytes.extend_from_slice(&self.chunk.split_to(count));
        }
        Ok(bytes.freeze())
    }

    /// Reads to the end of the body, where the SDK reports a wrong checksum.
    async fn end(&mut self) -> io::Result<()> {
        if !self.chunk.is_empty() || self.next().await? {
            return Err(self.object.failed(io::ErrorKind::InvalidData, "the body is too long"));
        }
        Ok(())
    }

    /// Receives the next chunk. Returns `false` at the end.
    async fn next(&mut self) -> io::Result<bool> {
        let chunk = self.stream.try_next().await;
        let Some(chunk) = chunk.map_err(|error| self.object.failed(io::ErrorKind::Other, error))?
        else {
            return Ok(false);
        };
        self.object.bytes_read.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        self.chunk = chunk;
        Ok(true)
    }
}

/// A reader of an object, with its own position.
pub(crate) struct ObjectReader {
    object: Arc<SourceObject>,
    position: u64,
    read_ahead: ReadAhead,
}

impl ObjectReader {
    /// A reader at the object's first byte.
    pub(crate) fn new(object: Arc<SourceObject>) -> Self {
        object.cache.add_reader();
        Self { object, position: 0, read_ahead: ReadAhead::default() }
    }

    /// Returns the block at the position, and fetches it if necessary.
    fn block(&mut self) -> io::Result<Bytes> {
        self.read_ahead.move_to(self.position);
        loop {
            let fetch = match self.object.cache.look_up(self.read_ahead.window_at_position()) {
                BlockLookup::Cached(bytes) => return Ok(bytes),
                BlockLookup::Fetching(fetch) => fetch,
                BlockLookup::Missing(claim) => {
                    let fetch = claim.fetch();
                    self.read_ahead.start_window(claim.left());
                    self.object.fetch(claim);
                    fetch
                }
            };
            if let Some(bytes) = self.object.cache.wait(self.position / BLOCK, &fetch)? {
                return Ok(bytes);
            }
        }
    }

    fn fetch_ahead(&mut self) {
        let window = self.read_ahead.next_window();
        if let Some(claim) = window.and_then(|window| self.object.cache.claim(window)) {
            self.read_ahead.start_window_ahead(claim.left());
            self.object.fetch(claim);
        }
    }
}

impl Drop for ObjectReader {
    fn drop(&mut self) {
        self.object.cache.remove_reader();
    }
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.object.length || buffer.is_empty() {
            return Ok(0);
        }
        let block = self.block()?;
        let rest = &block[(self.position % BLOCK) as usize..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.position += count as u64;
        self.read_ahead.advance(count);
        self.fetch_ahead();
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
