//! Fetching a zip: into a file beside the target, which takes the target's place once complete.

use crate::{ApiClient, Error, backoff::Backoff, http};
use framezip_contract::Download;
use std::{
    io,
    path::{Path, PathBuf},
};
use tokio::{
    fs::{self, File},
    io::{AsyncWriteExt, BufWriter},
};

const OPERATION: &str = "download the zip";
const BUFFER: usize = 1 << 20;

impl ApiClient {
    /// Fetches a zip to the file `to`, which is replaced if it exists; `progress` is told the bytes
    /// received, of the current attempt. Until the zip is complete it stands in `<to>.part`; after
    /// an error nothing is left of it.
    ///
    /// A lost connection or a server error is followed by another attempt from the start.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where the target cannot be written, [`Error::Incomplete`] where the zip is
    /// not as long as it should be, [`Error::Status`] where the storage refuses (the link may have
    /// expired: get the video again), and as for any request.
    pub async fn download(
        &self,
        download: &Download,
        to: impl AsRef<Path>,
        mut progress: impl FnMut(u64),
    ) -> Result<(), Error> {
        let to = to.as_ref();
        // renaming would find out only after the whole transfer
        if to.is_dir() {
            return Err(cannot_write(to)(io::ErrorKind::IsADirectory.into()));
        }
        let part = part(to);
        let mut backoff = Backoff::patient();
        let result = loop {
            let result = self.fetch(download, &part, &mut progress).await;
            if !http::worth_repeating(&result) || !backoff.pause().await {
                break result;
            }
        };
        let result = match result {
            Ok(()) => fs::rename(&part, to).await.map_err(cannot_write(to)),
            failed => failed,
        };
        if result.is_err() {
            // what is wrong has been said; that the rest stays behind is no further harm
            let _ = fs::remove_file(&part).await;
        }
        result
    }

    async fn fetch(
        &self,
        download: &Download,
        part: &Path,
        progress: &mut impl FnMut(u64),
    ) -> Result<(), Error> {
        let response = http::moving(OPERATION, self.server.http.get(&download.url).send()).await?;
        let mut response = http::success(OPERATION, response).await?;
        let file = File::create(part).await.map_err(cannot_write(part))?;
        let mut file = BufWriter::with_capacity(BUFFER, file);
        let mut received = 0;
        while let Some(chunk) = http::moving(OPERATION, response.chunk()).await? {
            file.write_all(&chunk).await.map_err(cannot_write(part))?;
            received += chunk.len() as u64;
            progress(received);
        }
        file.flush().await.map_err(cannot_write(part))?;
        file.get_ref().sync_all().await.map_err(cannot_write(part))?;
        if received == download.bytes {
            Ok(())
        } else {
            Err(Error::Incomplete { expected: download.bytes, received })
        }
    }
}

fn cannot_write(path: &Path) -> impl Fn(io::Error) -> Error {
    move |source| Error::File { operation: "write", path: path.to_owned(), source }
}

fn part(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_server::{Answer, TestServer};
    use jiff::Timestamp;

    fn link(server: &TestServer, bytes: u64) -> Download {
        Download { url: format!("{}/zip?s=1", server.url), expires_at: Timestamp::now(), bytes }
    }

    fn names(folder: &tempfile::TempDir) -> Vec<String> {
        let entries = std::fs::read_dir(folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[tokio::test]
    async fn the_zip_takes_the_targets_place() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("out.zip");
        std::fs::write(&to, "old").unwrap();
        let answers = [Answer::cut_short("zi", 3), Answer::new(200, "application/zip", "zip")];
        let server = TestServer::start(answers).await;
        let mut last = 0;
        let api = server.api_client(3600);
        api.download(&link(&server, 3), &to, |received| last = received).await.unwrap();
        assert_eq!(std::fs::read(&to).unwrap(), b"zip");
        assert_eq!(names(&folder), ["out.zip"]);
        assert_eq!(last, 3);
        assert_eq!(server.requests()[0].header("authorization"), None);
    }

    #[tokio::test]
    async fn an_error_leaves_the_target_alone() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("out.zip");
        std::fs::write(&to, "old").unwrap();
        let xml = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
        let answers = [Answer::new(200, "", "zip"), Answer::new(403, "application/xml", xml)];
        let server = TestServer::start(answers).await;
        let api = server.api_client(3600);
        let error = api.download(&link(&server, 4), &to, |_| ()).await.unwrap_err();
        assert!(matches!(error, Error::Incomplete { expected: 4, received: 3 }), "{error:?}");
        let error = api.download(&link(&server, 4), &to, |_| ()).await.unwrap_err();
        assert!(error.to_string().contains("AccessDenied: Request has expired"), "{error}");
        assert_eq!(std::fs::read(&to).unwrap(), b"old");
        assert_eq!(names(&folder), ["out.zip"]);
    }

    #[tokio::test]
    async fn a_folder_is_no_target() {
        let folder = tempfile::tempdir().unwrap();
        let server = TestServer::start([]).await;
        let error = server
            .api_client(3600)
            .download(&link(&server, 1), folder.path(), |_| ())
            .await
            .unwrap_err();
        assert!(matches!(error, Error::File { .. }), "{error:?}");
    }
}
