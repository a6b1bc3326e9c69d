//! An S3 object as a file: blocking, seekable, for several readers at once.
//!
//! Demuxers read a few kilobytes here and there, and S3 takes tens of milliseconds for each answer:
//! so whole units are fetched, several by one request, and kept for all readers of the object. A
//! reader that reads on gets longer windows, and the next one before it asks. Every unit must be of
//! the same object: one that was replaced meanwhile is an error, not a mixture.
//!
//! Readers run on threads that may block, beside the Tokio runtime that fetches. Needs
//! `s3:GetObject`, and `s3:ListBucket` to be told that an object is gone.

mod cache;
mod run;
#[cfg(test)]
mod tests;

use aws_sdk_s3::{
    Client, error::SdkError, operation::get_object::GetObjectError, primitives::ByteStream,
};
use bytes::{Bytes, BytesMut};
use cache::{Cache, Claim, Found};
use run::Run;
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

/// What a read fails with when the object is gone or another one.
pub(crate) const SOURCE_GONE: io::ErrorKind = io::ErrorKind::NotFound;

/// Bytes in a unit: what is kept, and waited for, as one. The object's last may be shorter.
const UNIT: u64 = 256 << 10;
/// Attempts at one window; the SDK's own retries do not cover a body that breaks off.
const ATTEMPTS: u32 = 4;
/// How long S3 may take to begin its answer, the SDK's retries included. The SDK guards the connecting
/// before that (3 seconds) and the body after it (20 seconds without a byte); for the answer
/// between them it waits as long as `sdk_config` says, which is for the slowest requests.
const ANSWER_TIME: Duration = Duration::from_secs(20);

/// An object in S3, which any number of readers read.
pub(crate) struct Object {
    client: Client,
    bucket: String,
    key: String,
    length: u64,
    /// The entity tag of the first answer, which all others must have.
    e_tag: OnceLock<String>,
    cache: Arc<Cache>,
    bytes_read: AtomicU64,
    runtime: Handle,
    fetches: Mutex<JoinSet<()>>,
}

impl Object {
    /// An object of `length` bytes. Must be called on a Tokio runtime, on which it fetches.
    pub(crate) fn new(client: Client, bucket: &str, key: String, length: u64) -> Arc<Self> {
        Arc::new(Self {
            client,
            bucket: bucket.to_owned(),
            key,
            length,
            e_tag: OnceLock::new(),
            cache: Cache::new(length),
            bytes_read: AtomicU64::new(0),
            runtime: Handle::current(),
            fetches: Mutex::default(),
        })
    }

    /// Gives up what is still being fetched: nobody reads any more. What a function leaves under way goes
    /// on, or fails, in its next invocation.
    pub(crate) fn close(&self) {
        self.fetches().abort_all();
    }

    /// How many bytes came from S3; those that had to come again count again.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// Fetches what was claimed, in the background.
    fn fetch(self: &Arc<Self>, claim: Claim) {
        let mut fetches = self.fetches();
        while fetches.try_join_next().is_some() {}
        fetches.spawn_on(self.clone().fulfil(claim), &self.runtime);
    }

    fn fetches(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.fetches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fulfil(self: Arc<Self>, mut claim: Claim) {
        let mut attempt = 1;
        while let Err(error) = self.get(&mut claim).await {
            if attempt == ATTEMPTS || error.kind() == SOURCE_GONE {
                return claim.fail(&error);
            }
            tracing::warn!(%error, attempt, "fetching a part of the video again");
            time::sleep(Duration::from_millis(100 << attempt)).await;
            attempt += 1;
        }
    }

    /// One request for all units left. On an error, those that came whole are published.
    async fn get(&self, claim: &mut Claim) -> io::Result<()> {
        let units = claim.left();
        let (first, end) = (units.start * UNIT, (units.end * UNIT).min(self.length));
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
            // two first requests crossed the replacement
            return Err(io::Error::new(SOURCE_GONE, "the object was replaced"));
        }
        if answer.content_length.is_some_and(|length| length as u64 != end - first) {
            return Err(self.failed(io::ErrorKind::UnexpectedEof, "not the range asked for"));
        }
        let mut body = Body { object: self, stream: answer.body, chunk: Bytes::new() };
        for unit in units {
            let next = ((unit + 1) * UNIT).min(end);
            let bytes = body.take((next - unit * UNIT) as usize).await?;
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
            // gone; replaced; shorter than it was
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

/// An answer's body, cut into units.
struct Body<'a> {
    object: &'a Object,
    stream: ByteStream,
    /// What came and was not taken yet.
    chunk: Bytes,
}

impl Body<'_> {
    async fn take(&mut self, length: usize) -> io::Result<Bytes> {
        // copied: chunks lie in buffers of the connection's, which they would keep alive
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

    /// Only at the body's end does the SDK tell that its checksum is wrong.
    async fn end(&mut self) -> io::Result<()> {
        if !self.chunk.is_empty() || self.next().await? {
            return Err(self.object.failed(io::ErrorKind::InvalidData, "the body is too long"));
        }
        Ok(())
    }

    /// `false` at the end.
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

/// A reader of an object, with a place of its own.
pub(crate) struct ObjectReader {
    object: Arc<Object>,
    position: u64,
    run: Run,
}

impl ObjectReader {
    /// At the object's first byte.
    pub(crate) fn new(object: Arc<Object>) -> Self {
        object.cache.enter();
        Self { object, position: 0, run: Run::default() }
    }

    /// The unit at the position.
    fn unit(&mut self) -> io::Result<Bytes> {
        self.run.move_to(self.position);
        loop {
            let fetch = match self.object.cache.find(self.run.on_miss()) {
                Found::Here(bytes) => return Ok(bytes),
                Found::Coming(fetch) => fetch,
                Found::Missing(claim) => {
                    let fetch = claim.fetch();
                    self.run.fetches(claim.left());
                    self.object.fetch(claim);
                    fetch
                }
            };
            if let Some(bytes) = self.object.cache.wait(self.position / UNIT, &fetch)? {
                return Ok(bytes);
            }
        }
    }

    fn read_ahead(&mut self) {
        let window = self.run.next_window();
        if let Some(claim) = window.and_then(|window| self.object.cache.claim(window)) {
            self.run.fetches_ahead(claim.left());
            self.object.fetch(claim);
        }
    }
}

impl Drop for ObjectReader {
    fn drop(&mut self) {
        self.object.cache.leave();
    }
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.object.length || buffer.is_empty() {
            return Ok(0);
        }
        let unit = self.unit()?;
        let rest = &unit[(self.position % UNIT) as usize..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.position += count as u64;
        self.run.advance(count);
        self.read_ahead();
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
