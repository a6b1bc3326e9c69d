//! A request that sends a range of a file's bytes to a presigned URL.

use crate::{Error, SourceFile, http};
use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, Stream};
use reqwest::{Body, Client, Method, header::CONTENT_LENGTH};
use serde::de::Error as _;
use std::{
    collections::BTreeMap,
    io::{self, SeekFrom},
    ops::Range,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
    time::{Instant, sleep},
};

pub(super) const OPERATION: &str = "upload the video";
const CHUNK_BYTES: u64 = 256 * 1024;
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// The number of bytes sent of each part, by the number of the part.
#[derive(Default)]
pub(super) struct SentBytes(Mutex<BTreeMap<u16, Arc<AtomicU64>>>);

impl SentBytes {
    /// Returns a new counter for a part, which starts at `bytes`. The counter of an earlier attempt no
    /// longer counts.
    pub(super) fn start(&self, part: u16, bytes: u64) -> Arc<AtomicU64> {
        let counter = Arc::new(AtomicU64::new(bytes));
        // a panic elsewhere cannot leave the map inconsistent
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts.insert(part, Arc::clone(&counter));
        counter
    }

    fn total(&self) -> u64 {
        let parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts.values().map(|counter| counter.load(Ordering::Relaxed)).sum()
    }
}

/// Waits for `work` and meanwhile calls `progress` whenever the number of bytes sent has changed.
pub(super) async fn report_progress<T>(
    work: impl Future<Output = T>,
    sent: &SentBytes,
    progress: &mut impl FnMut(u64),
) -> T {
    let mut work = pin!(work);
    let mut last = 0;
    loop {
        tokio::select! {
            result = &mut work => return result,
            () = sleep(PROGRESS_INTERVAL) => {
                let now = sent.total();
                if now != last {
                    last = now;
                    progress(now);
                }
            }
        }
    }
}

/// A request that sends a range of a file's bytes.
pub(super) struct PutRequest<'a> {
    pub(super) http: &'a Client,
    pub(super) method: &'a str,
    pub(super) url: &'a str,
    pub(super) headers: &'a BTreeMap<String, String>,
    pub(super) file: &'a SourceFile,
    pub(super) range: Range<u64>,
}

impl PutRequest<'_> {
    /// Sends the request once and adds the number of bytes sent to `sent`.
    pub(super) async fn send(&self, sent: Arc<AtomicU64>) -> Result<(), Error> {
        let method: Method = self.method.parse().map_err(|_| Error::InvalidResponse {
            operation: OPERATION,
            source: serde_json::Error::custom(format!("invalid method: {:?}", self.method)),
        })?;
        let bytes = self.range.end - self.range.start;
        let mut file = self.file.reopen().await?;
        file.seek(SeekFrom::Start(self.range.start)).await.map_err(|source| Error::File {
            operation: "read",
            path: self.file.path.clone(),
            source,
        })?;
        let mut request = self.http.request(method, self.url);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let network = |source| Error::network(OPERATION, source);
        let body = Body::wrap_stream(read(file, bytes, Arc::clone(&sent)));
        let mut request = request.body(body).build().map_err(network)?;
        // without a length, the stream would be sent with chunked encoding, which S3 refuses
        request.headers_mut().insert(CONTENT_LENGTH, bytes.into());
        let response = tokio::select! {
            response = self.http.execute(request) => response,
            () = stalled(&sent) => {
                return Err(Error::Stalled { operation: OPERATION, seconds: http::STALL_TIMEOUT.as_secs() });
            }
        };
        match response {
            Ok(response) => http::success(OPERATION, response).await.map(drop),
            Err(source) => {
                // a file that was truncated breaks the request: report that error instead
                self.file.reopen().await?;
                Err(network(source))
            }
        }
    }
}

/// Returns the next `bytes` of a file as a stream and adds their number to `sent`.
fn read(file: File, bytes: u64, sent: Arc<AtomicU64>) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold((file, bytes, sent), async |(mut file, left, sent)| {
        if left == 0 {
            return Ok(None);
        }
        let mut chunk = BytesMut::with_capacity(left.min(CHUNK_BYTES) as usize);
        let read = (&mut file).take(left).read_buf(&mut chunk).await? as u64;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        sent.fetch_add(read, Ordering::Relaxed);
        Ok(Some((chunk.freeze(), (file, left - read, sent))))
    })
}

/// Returns when `sent` has not grown for [`http::STALL_TIMEOUT`]. The HTTP client's own read timeout would
/// start with the request, even while data is being sent.
async fn stalled(sent: &AtomicU64) {
    let (mut last, mut since) = (0, Instant::now());
    while since.elapsed() < http::STALL_TIMEOUT {
        sleep(PROGRESS_INTERVAL).await;
        let now = sent.load(Ordering::Relaxed);
        if now != last {
            (last, since) = (now, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_a_stalled_transfer_is_aborted() {
        let (sent, start) = (AtomicU64::new(0), Instant::now());
        let moving = async {
            for _ in 0..3 {
                sleep(http::STALL_TIMEOUT - 2 * PROGRESS_INTERVAL).await;
                sent.fetch_add(1, Ordering::Relaxed);
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = moving => unreachable!(),
            () = stalled(&sent) => (),
        }
        assert!(start.elapsed() > 3 * http::STALL_TIMEOUT, "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_repeated_part_is_counted_once() {
        let sent = SentBytes::default();
        let mut seen = Vec::new();
        let work = async {
            let first = sent.start(1, 0);
            sent.start(2, 5);
            first.fetch_add(3, Ordering::Relaxed);
            sleep(2 * PROGRESS_INTERVAL).await;
            let second = sent.start(1, 0);
            first.fetch_add(1, Ordering::Relaxed);
            second.fetch_add(2, Ordering::Relaxed);
            sleep(2 * PROGRESS_INTERVAL).await;
        };
        report_progress(work, &sent, &mut |bytes| seen.push(bytes)).await;
        assert_eq!(seen, [8, 7]);
    }
}
