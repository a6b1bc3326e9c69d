//! Sending a video's bytes to where the API says, by one presigned request.
//!
//! The URL signs the exact length and `If-None-Match: *`: nothing else can be put there, and nothing
//! can be put there twice.

use crate::{ApiClient, Error, SourceFile, backoff::Backoff, http};
use bytes::{Bytes, BytesMut};
use framezip_contract::Upload;
use futures_util::stream::{self, Stream};
use reqwest::{Body, Method, header::CONTENT_LENGTH};
use serde::de::Error as _;
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{fs::File, io::AsyncReadExt, time::Instant};

const OPERATION: &str = "upload the video";
const CHUNK: u64 = 256 * 1024;
const TICK: Duration = Duration::from_millis(100);

impl ApiClient {
    /// Sends a file; `progress` is told the bytes sent, of the current attempt. Only a small part
    /// of the file is in memory at a time.
    ///
    /// A lost connection or a server error is followed by another attempt from the start. If
    /// nevertheless the earlier one arrived, that counts.
    ///
    /// # Errors
    ///
    /// [`Error::FileChanged`] where the file has another length by now, [`Error::Stalled`] where
    /// nothing moves, [`Error::Status`] where the storage refuses, and as for any request.
    pub async fn upload(
        &self,
        upload: &Upload,
        file: &SourceFile,
        mut progress: impl FnMut(u64),
    ) -> Result<(), Error> {
        let mut backoff = Backoff::default();
        let mut repeated = false;
        loop {
            let Err(error) = self.put(upload, file, &mut progress).await else { break };
            // 412: something is there already. On a repetition it is what the earlier attempt sent,
            // complete, since the length is signed.
            if repeated && error.status() == Some(412) {
                break;
            }
            // 409: the storage is still busy with an earlier attempt
            let passing = error.is_transient() || error.status() == Some(409);
            if !passing || !backoff.pause().await {
                return Err(error);
            }
            repeated = true;
        }
        progress(file.bytes);
        Ok(())
    }

    async fn put(
        &self,
        upload: &Upload,
        file: &SourceFile,
        progress: &mut impl FnMut(u64),
    ) -> Result<(), Error> {
        let method: Method = upload.method.parse().map_err(|_| Error::Answer {
            operation: OPERATION,
            source: serde_json::Error::custom(format!("no method: {:?}", upload.method)),
        })?;
        let sent = Arc::new(AtomicU64::new(0));
        let body = read(file.reopen().await?, file.bytes, Arc::clone(&sent));
        let mut request = self.server.http.request(method, &upload.url);
        for (name, value) in &upload.headers {
            request = request.header(name, value);
        }
        let network = |source| Error::network(OPERATION, source);
        let mut request = request.body(Body::wrap_stream(body)).build().map_err(network)?;
        // a stream has no length of its own, and would go out chunked, which S3 refuses
        request.headers_mut().insert(CONTENT_LENGTH, file.bytes.into());
        let response = tokio::select! {
            response = self.server.http.execute(request) => response,
            () = watch(&sent, progress) => {
                return Err(Error::Stalled { operation: OPERATION, seconds: http::STALL.as_secs() });
            }
        };
        match response {
            Ok(response) => http::success(OPERATION, response).await.map(drop),
            Err(source) => {
                // a file that was cut short breaks the request: say so instead
                file.reopen().await?;
                Err(network(source))
            }
        }
    }
}

/// The first `bytes` of a file, counted in `sent`.
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

/// Passes on what was sent, and returns when that has not grown for too long. The HTTP client's own
/// read timeout would run from the start of the request, however much moves.
async fn watch(sent: &AtomicU64, progress: &mut impl FnMut(u64)) {
    let (mut last, mut since) = (0, Instant::now());
    while since.elapsed() < http::STALL {
        tokio::time::sleep(TICK).await;
        let now = sent.load(Ordering::Relaxed);
        if now != last {
            (last, since) = (now, Instant::now());
            progress(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_server::{Answer, TestServer};
    use jiff::Timestamp;
    use std::collections::BTreeMap;

    const BYTES: usize = 600_001;

    async fn file(folder: &tempfile::TempDir) -> SourceFile {
        let path = folder.path().join("a.mp4");
        let bytes: Vec<u8> = (0..BYTES).map(|i| (i % 251) as u8).collect();
        std::fs::write(&path, bytes).unwrap();
        SourceFile::open(&path).await.unwrap()
    }

    fn signed(server: &TestServer) -> Upload {
        let headers =
            [("if-none-match", "*"), ("content-type", "video/mp4"), ("content-length", "600001")];
        Upload {
            method: "PUT".to_owned(),
            url: format!("{}/bucket/key?X-Amz-Signature=s", server.url),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            expires_at: Timestamp::now(),
        }
    }

    #[tokio::test]
    async fn exactly_the_file_goes_out() {
        let folder = tempfile::tempdir().unwrap();
        let (file, server) =
            (file(&folder).await, TestServer::start([Answer::new(200, "", "")]).await);
        let mut seen = Vec::new();
        server
            .api_client(3600)
            .upload(&signed(&server), &file, |sent| seen.push(sent))
            .await
            .unwrap();
        let request = &server.requests()[0];
        assert_eq!(request.line, "PUT /bucket/key?X-Amz-Signature=s HTTP/1.1");
        assert_eq!(request.header("content-length"), Some("600001"));
        assert_eq!(request.header("if-none-match"), Some("*"));
        assert_eq!(request.header("content-type"), Some("video/mp4"));
        assert_eq!(request.header("transfer-encoding"), None);
        assert_eq!(request.header("authorization"), None);
        assert_eq!(request.body, std::fs::read(&file.path).unwrap());
        assert_eq!(seen.last(), Some(&file.bytes));
    }

    #[tokio::test]
    async fn an_earlier_attempt_that_arrived_counts() {
        let folder = tempfile::tempdir().unwrap();
        let xml = "<Error><Code>PreconditionFailed</Code><Message>m</Message></Error>";
        let there = || Answer::new(412, "application/xml", xml);
        for first in [Answer::hang_up(), Answer::new(500, "", "")] {
            let server = TestServer::start([first, there()]).await;
            let file = file(&folder).await;
            server.api_client(3600).upload(&signed(&server), &file, |_| ()).await.unwrap();
            assert_eq!(server.requests().len(), 2);
        }

        let server = TestServer::start([there()]).await;
        let upload = signed(&server);
        let error = server
            .api_client(3600)
            .upload(&upload, &file(&folder).await, |_| ())
            .await
            .unwrap_err();
        assert_eq!(error.status(), Some(412));
        assert!(error.to_string().contains("PreconditionFailed: m"), "{error}");
    }

    #[tokio::test]
    async fn a_refusal_is_final() {
        let folder = tempfile::tempdir().unwrap();
        let server = TestServer::start([Answer::new(403, "", "")]).await;
        let file = file(&folder).await;
        let error =
            server.api_client(3600).upload(&signed(&server), &file, |_| ()).await.unwrap_err();
        assert_eq!(error.status(), Some(403));
        assert_eq!(server.requests().len(), 1);
    }

    #[tokio::test]
    async fn a_changed_file_is_not_sent() {
        let folder = tempfile::tempdir().unwrap();
        let server = TestServer::start([]).await;
        let file = file(&folder).await;
        std::fs::write(&file.path, [0; 9]).unwrap();
        let upload = Upload { headers: BTreeMap::new(), ..signed(&server) };
        let error = server.api_client(3600).upload(&upload, &file, |_| ()).await.unwrap_err();
        assert!(matches!(error, Error::FileChanged { declared: 600_001, now: 9, .. }), "{error:?}");
        assert!(server.requests().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_stands_still_is_given_up() {
        let (sent, start) = (AtomicU64::new(0), Instant::now());
        let mut seen = 0;
        let mut progress = |sent| seen = sent;
        let moving = async {
            for _ in 0..3 {
                tokio::time::sleep(http::STALL - 2 * TICK).await;
                sent.fetch_add(1, Ordering::Relaxed);
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = moving => unreachable!(),
            () = watch(&sent, &mut progress) => (),
        }
        assert_eq!(seen, 3);
        assert!(start.elapsed() > 3 * http::STALL, "{:?}", start.elapsed());
    }
}
