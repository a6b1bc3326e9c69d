//! One request that sends some of a file's bytes to a presigned URL.

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
const CHUNK: u64 = 256 * 1024;
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// How much of each part has gone out, by its number.
#[derive(Default)]
pub(super) struct SentBytes(Mutex<BTreeMap<u16, Arc<AtomicU64>>>);

impl SentBytes {
    /// Counts a part from `bytes` on, and no more what an earlier attempt still adds.
    pub(super) fn start(&self, part: u16, bytes: u64) -> Arc<AtomicU64> {
        let counter = Arc::new(AtomicU64::new(bytes));
        // a map of counters is whole at any time
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts.insert(part, Arc::clone(&counter));
        counter
    }

    fn total(&self) -> u64 {
        let parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts.values().map(|counter| counter.load(Ordering::Relaxed)).sum()
    }
}

/// Waits for some work, and passes on what it has sent meanwhile.
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

/// A request that sends some of a file's bytes.
pub(super) struct PutRequest<'a> {
    pub(super) http: &'a Client,
    pub(super) method: &'a str,
    pub(super) url: &'a str,
    pub(super) headers: &'a BTreeMap<String, String>,
    pub(super) file: &'a SourceFile,
    pub(super) range: Range<u64>,
}

impl PutRequest<'_> {
    /// Sends it once, counting in `sent` what has gone out.
    pub(super) async fn send(&self, sent: Arc<AtomicU64>) -> Result<(), Error> {
        let method: Method = self.method.parse().map_err(|_| Error::InvalidResponse {
            operation: OPERATION,
            source: serde_json::Error::custom(format!("no method: {:?}", self.method)),
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
        // a stream has no length of its own, and would go out chunked, which S3 refuses
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
                // a file that was cut short breaks the request: say so instead
                self.file.reopen().await?;
                Err(network(source))
            }
        }
    }
}

/// The next `bytes` of a file, counted in `sent`.
fn read(file: File, bytes: u64, sent: Arc<AtomicU64>) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold((file, bytes, sent), async |(mut file, left, sent)| {
        if left == 0 {
            return Ok(None);
        }
        let mut chunk = BytesMut::with_capacity(left.min(CHUNK) as usize);
        let read = (&mut file).take(left).read_buf(&mut chunk).await? as u64;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        sent.fetch_add(read, Ordering::Relaxed);
        Ok(Some((chunk.freeze(), (file, left - read, sent))))
    })
}

/// Returns when what was sent has not grown for too long. The HTTP client's own read timeout would run
/// from the start of the request, however much moves.
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
    async fn only_what_stands_still_is_given_up() {
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
    async fn a_repeated_part_counts_once() {
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
