//! Downloads of zips to a new file or to any writer.

use crate::{ApiClient, DownloadedZip, Error, backoff::Backoff, downloaded_zip, http};
use framezip_contract::Download;
use reqwest::{
    StatusCode,
    header::{ETAG, HeaderValue, IF_MATCH, RANGE},
};
use std::{
    io,
    path::{Path, PathBuf},
};
use tokio::io::{AsyncWrite, AsyncWriteExt, BufWriter};

const OPERATION: &str = "download the zip";
const BUFFER_BYTES: usize = 1 << 20;

impl ApiClient {
    /// Downloads a zip to a new, hidden file in `folder` and calls `progress` with the number of bytes
    /// received. The file is removed if the download fails or is dropped. The returned zip is complete: its
    /// length is the one from the API, and every entry has the checksum that the zip's directory states.
    ///
    /// After a lost connection or a server error, the download continues where it stopped.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if the folder cannot be written to, [`Error::Incomplete`] or [`Error::Damaged`] if
    /// the zip is not complete, [`Error::Status`] if the storage refuses (the link may have expired: get the
    /// video again), and as for any request.
    pub async fn download(
        &self,
        download: &Download,
        folder: &Path,
        progress: impl FnMut(u64),
    ) -> Result<DownloadedZip, Error> {
        let zip = DownloadedZip::new(folder)?;
        // errors name the folder: the user did not choose the name of the hidden file
        let path = folder.to_owned();
        let writer = zip.open()?;
        let mut transfer = ZipTransfer::new(tokio::fs::File::from_std(writer), path);
        self.transfer(download, &mut transfer, progress).await?;
        let ZipTransfer { writer, path, .. } = transfer;
        writer.get_ref().sync_all().await.map_err(Error::cannot_write(&path))?;
        // `zip` stays in this function, so that its file is removed if the future is dropped
        let file = zip.open()?;
        let checked = tokio::task::spawn_blocking(move || downloaded_zip::check(file)).await;
        checked.map_err(|panic| Error::cannot_write(&path)(io::Error::other(panic)))??;
        Ok(zip)
    }

    /// Downloads a zip to a writer that is not a file, such as standard output or a pipe. Errors call the
    /// writer `name`. Only the length is checked, since the bytes cannot be read again.
    ///
    /// # Errors
    ///
    /// As for [`Self::download`].
    pub async fn download_to(
        &self,
        download: &Download,
        writer: impl AsyncWrite + Unpin,
        name: &Path,
        progress: impl FnMut(u64),
    ) -> Result<(), Error> {
        let mut transfer = ZipTransfer::new(writer, name.to_owned());
        self.transfer(download, &mut transfer, progress).await
    }

    /// Sends requests until the zip is complete or an error is not worth another attempt.
    async fn transfer<W: AsyncWrite + Unpin>(
        &self,
        download: &Download,
        transfer: &mut ZipTransfer<W>,
        mut progress: impl FnMut(u64),
    ) -> Result<(), Error> {
        let mut backoff = Backoff::for_transfers();
        loop {
            let before = transfer.received;
            let result = self.fetch(download, transfer, &mut progress).await;
            if transfer.received > before {
                backoff = Backoff::for_transfers();
            }
            if !http::is_retryable(&result) || !backoff.pause().await {
                return result;
            }
        }
    }

    /// Sends one request: for the whole zip, or for the rest if some bytes have arrived.
    async fn fetch<W: AsyncWrite + Unpin>(
        &self,
        download: &Download,
        transfer: &mut ZipTransfer<W>,
        progress: &mut impl FnMut(u64),
    ) -> Result<(), Error> {
        let expected = download.bytes;
        let mut request = self.server.http.get(&download.url);
        let is_rest = transfer.received > 0;
        if is_rest {
            // without an entity tag, the rest could belong to another zip
            let Some(e_tag) = &transfer.e_tag else {
                return Err(Error::Incomplete { expected, received: transfer.received });
            };
            let range = format!("bytes={}-", transfer.received);
            request = request.header(RANGE, range).header(IF_MATCH, e_tag);
        }
        let response = http::with_stall_timeout(OPERATION, request.send()).await?;
        let mut response = http::success(OPERATION, response).await?;
        if is_rest && response.status() != StatusCode::PARTIAL_CONTENT {
            return Err(Error::Incomplete { expected, received: transfer.received });
        }
        if !is_rest {
            transfer.e_tag = response.headers().get(ETAG).cloned();
        }
        while let Some(chunk) = http::with_stall_timeout(OPERATION, response.chunk()).await? {
            transfer.write(&chunk).await?;
            progress(transfer.received);
        }
        transfer.flush().await?;
        if transfer.received == expected {
            Ok(())
        } else {
            Err(Error::Incomplete { expected, received: transfer.received })
        }
    }
}

/// The transfer of a zip to a writer.
struct ZipTransfer<W> {
    writer: BufWriter<W>,
    /// The name of the writer in errors.
    path: PathBuf,
    /// In bytes.
    received: u64,
    /// Identifies the zip, if the storage sent an entity tag.
    e_tag: Option<HeaderValue>,
}

impl<W: AsyncWrite + Unpin> ZipTransfer<W> {
    fn new(writer: W, path: PathBuf) -> Self {
        Self {
            writer: BufWriter::with_capacity(BUFFER_BYTES, writer),
            path,
            received: 0,
            e_tag: None,
        }
    }

    async fn write(&mut self, chunk: &[u8]) -> Result<(), Error> {
        self.writer.write_all(chunk).await.map_err(Error::cannot_write(&self.path))?;
        self.received += chunk.len() as u64;
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Error> {
        self.writer.flush().await.map_err(Error::cannot_write(&self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Existing;
    use crate::test_server::{CannedResponse, TestServer};
    use jiff::Timestamp;
    use std::io::Write;
    use tempfile::TempDir;

    fn link(server: &TestServer, bytes: u64) -> Download {
        Download { url: format!("{}/zip?s=1", server.url), expires_at: Timestamp::now(), bytes }
    }

    fn names(folder: &tempfile::TempDir) -> Vec<String> {
        let entries = std::fs::read_dir(folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// A zip with one entry.
    fn zip_bytes() -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        zip.start_file("frames/1.jpg", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(b"not really an image").unwrap();
        zip.finish().unwrap().into_inner()
    }

    fn whole(zip: &[u8]) -> CannedResponse {
        CannedResponse::bytes(200, zip, zip.len())
    }

    async fn downloaded(
        server: &TestServer,
        folder: &TempDir,
        bytes: usize,
        progress: impl FnMut(u64),
    ) -> Result<DownloadedZip, Error> {
        let api = server.api_client(3600);
        api.download(&link(server, bytes as u64), folder.path(), progress).await
    }

    #[tokio::test]
    async fn a_broken_download_continues_where_it_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let zip = zip_bytes();
        let (a, b, c) = (&zip[..1], &zip[1..2], &zip[2..]);
        let answers = [
            CannedResponse::bytes(200, a, zip.len()).with_e_tag("\"t\""),
            CannedResponse::hang_up(),
            CannedResponse::bytes(206, b, zip.len() - 1),
            CannedResponse::bytes(206, c, c.len()),
        ];
        let server = TestServer::start(answers).await;
        let mut seen = Vec::new();
        let file = downloaded(&server, &folder, zip.len(), |n| seen.push(n)).await.unwrap();
        let to = folder.path().join("out.zip");
        file.save(&to, Existing::Keep).unwrap();
        assert_eq!(std::fs::read(&to).unwrap(), zip);
        assert_eq!(names(&folder), ["out.zip"]);
        assert_eq!((seen[..2].to_vec(), seen.last()), (vec![1, 2], Some(&(zip.len() as u64))));
        let requests = server.requests();
        let ranges: Vec<_> = requests.iter().map(|request| request.header("range")).collect();
        assert_eq!(ranges, [None, Some("bytes=1-"), Some("bytes=1-"), Some("bytes=2-")]);
        assert!(requests[1..].iter().all(|request| request.header("if-match") == Some("\"t\"")));
        assert_eq!(requests[0].header("authorization"), None);
    }

    #[tokio::test]
    async fn a_damaged_or_incomplete_zip_is_refused_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let mut zip = zip_bytes();
        let at = zip.windows(3).position(|window| window == b"not").unwrap();
        let xml = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
        let short = zip[..9].to_vec();
        zip[at] ^= 1;
        let answers =
            [whole(&zip), whole(&short), CannedResponse::new(403, "application/xml", xml)];
        let server = TestServer::start(answers).await;
        let error = downloaded(&server, &folder, zip.len(), |_| ()).await.unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
        let error = downloaded(&server, &folder, zip.len(), |_| ()).await.unwrap_err();
        assert!(matches!(error, Error::Incomplete { received: 9, .. }), "{error:?}");
        let error = downloaded(&server, &folder, zip.len(), |_| ()).await.unwrap_err();
        assert!(error.to_string().contains("AccessDenied: Request has expired"), "{error}");
        assert_eq!(names(&folder), [""; 0]);
    }

    #[tokio::test]
    async fn the_rest_of_another_zip_is_never_appended() {
        let folder = tempfile::tempdir().unwrap();
        let zip = zip_bytes();
        // the storage ignores the range, or sends no entity tag
        for first in [
            CannedResponse::bytes(200, &zip[..1], zip.len()).with_e_tag("\"t\""),
            CannedResponse::bytes(200, &zip[..1], zip.len()),
        ] {
            let server = TestServer::start([first, whole(&zip)]).await;
            let error = downloaded(&server, &folder, zip.len(), |_| ()).await.unwrap_err();
            assert!(matches!(error, Error::Incomplete { received: 1, .. }), "{error:?}");
        }
    }

    #[tokio::test]
    async fn a_zip_can_be_downloaded_to_a_writer() {
        let zip = zip_bytes();
        let answers = [
            CannedResponse::bytes(200, &zip[..5], zip.len()).with_e_tag("\"t\""),
            CannedResponse::bytes(206, &zip[5..], zip.len() - 5),
        ];
        let server = TestServer::start(answers).await;
        let mut written = Vec::new();
        let (api, link) = (server.api_client(3600), link(&server, zip.len() as u64));
        api.download_to(&link, &mut written, Path::new("-"), |_| ()).await.unwrap();
        assert_eq!(written, zip);
    }
}
