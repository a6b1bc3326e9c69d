//! Fetching a zip: into a file beside the target, which takes the target's place once complete.

use crate::{ApiClient, Error, backoff::Backoff, http};
use framezip_contract::Download;
use reqwest::{
    StatusCode,
    header::{ETAG, HeaderValue, IF_MATCH, RANGE},
};
use std::{
    io,
    path::{Path, PathBuf},
};
use tokio::{
    fs::{self, File},
    io::{AsyncWriteExt, BufWriter},
};

/// A zip of which a part has come.
struct Begun {
    file: BufWriter<File>,
    received: u64,
    /// Which zip it is, if the storage said so.
    e_tag: Option<HeaderValue>,
}

const OPERATION: &str = "download the zip";
const BUFFER: usize = 1 << 20;

impl ApiClient {
    /// Fetches a zip to the file `to`, which is replaced if it exists; `progress` is told the bytes
    /// received. Until the zip is complete it stands in `<to>.part`; after an error nothing is left of it.
    ///
    /// After a lost connection or a server error it goes on with what is missing.
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
        let mut begun = None;
        let mut backoff = Backoff::patient();
        let result = loop {
            let before = received(begun.as_ref());
            let result = self.fetch(download, &part, &mut begun, &mut progress).await;
            if received(begun.as_ref()) > before {
                backoff = Backoff::patient();
            }
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

    /// One attempt: all of it, or what is missing of what was begun.
    async fn fetch(
        &self,
        download: &Download,
        part: &Path,
        begun: &mut Option<Begun>,
        progress: &mut impl FnMut(u64),
    ) -> Result<(), Error> {
        let mut request = self.server.http.get(&download.url);
        if let Some(Begun { received, e_tag: Some(e_tag), .. }) = begun {
            request = request.header(RANGE, format!("bytes={received}-")).header(IF_MATCH, &*e_tag);
        }
        let response = http::moving(OPERATION, request.send()).await?;
        let mut response = http::success(OPERATION, response).await?;
        let begun = match begun {
            Some(begun) if response.status() == StatusCode::PARTIAL_CONTENT => begun,
            begun => {
                let file = File::create(part).await.map_err(cannot_write(part))?;
                let file = BufWriter::with_capacity(BUFFER, file);
                let e_tag = response.headers().get(ETAG).cloned();
                begun.insert(Begun { file, received: 0, e_tag })
            }
        };
        while let Some(chunk) = http::moving(OPERATION, response.chunk()).await? {
            begun.file.write_all(&chunk).await.map_err(cannot_write(part))?;
            begun.received += chunk.len() as u64;
            progress(begun.received);
        }
        begun.file.flush().await.map_err(cannot_write(part))?;
        begun.file.get_ref().sync_all().await.map_err(cannot_write(part))?;
        if begun.received == download.bytes {
            Ok(())
        } else {
            Err(Error::Incomplete { expected: download.bytes, received: begun.received })
        }
    }
}

fn received(begun: Option<&Begun>) -> u64 {
    begun.map_or(0, |begun| begun.received)
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
        let answers = [Answer::cut_short(200, "zi", 3), Answer::new(200, "application/zip", "zip")];
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
    async fn what_has_come_is_not_fetched_again() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("out.zip");
        let answers = [
            Answer::cut_short(200, "z", 3).of("\"t\""),
            Answer::hang_up(),
            Answer::cut_short(206, "i", 2),
            Answer::new(206, "application/zip", "p"),
        ];
        let server = TestServer::start(answers).await;
        let mut seen = Vec::new();
        let api = server.api_client(3600);
        api.download(&link(&server, 3), &to, |received| seen.push(received)).await.unwrap();
        assert_eq!(std::fs::read(&to).unwrap(), b"zip");
        assert_eq!(seen, [1, 2, 3]);
        let requests = server.requests();
        let ranges: Vec<_> = requests.iter().map(|request| request.header("range")).collect();
        assert_eq!(ranges, [None, Some("bytes=1-"), Some("bytes=1-"), Some("bytes=2-")]);
        assert!(requests[1..].iter().all(|request| request.header("if-match") == Some("\"t\"")));
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
