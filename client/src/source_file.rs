//! A video file on this machine that is to be uploaded.

use crate::Error;
use framezip_contract::{CreateVideo, ExtractionOptions};
use std::{
    io,
    path::{Path, PathBuf},
};
use tokio::fs::File;

/// A video file with its length at the time when it was first opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path of the file.
    pub path: PathBuf,
    /// The name without folders.
    pub name: String,
    /// The length in bytes.
    pub bytes: u64,
    /// The media type, guessed from the extension.
    pub content_type: &'static str,
}

impl SourceFile {
    /// Opens a file, reads its length and closes it again.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if the file cannot be read, or is a folder, a pipe or a device.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let failed = |source| Error::File { operation: "read", path: path.to_owned(), source };
        // checked before opening: opening a pipe would block until it has a writer
        let kind = tokio::fs::metadata(path).await.map_err(failed)?.file_type();
        if kind.is_dir() {
            return Err(failed(io::Error::other("it is a folder: name the files in it")));
        }
        let (true, Some(name)) = (kind.is_file(), path.file_name()) else {
            let text =
                "it is not a regular file, so its length is unknown: save it as a file first";
            return Err(failed(io::Error::other(text)));
        };
        let name = name.to_string_lossy().into_owned();
        // opened as well, so that missing permissions show before the record is created
        let metadata = File::open(path).await.map_err(failed)?.metadata().await.map_err(failed)?;
        let content_type = content_type(path);
        Ok(Self { path: path.to_owned(), name, bytes: metadata.len(), content_type })
    }

    /// Returns the request that creates the video's record.
    pub fn request(&self, extraction: ExtractionOptions) -> CreateVideo {
        CreateVideo {
            file_name: self.name.clone(),
            bytes: self.bytes,
            content_type: Some(self.content_type.to_owned()),
            extraction,
        }
    }

    /// Opens the file again. Fails if its length has changed.
    pub(crate) async fn reopen(&self) -> Result<File, Error> {
        let failed = |source| Error::File { operation: "read", path: self.path.clone(), source };
        let file = File::open(&self.path).await.map_err(failed)?;
        let now = file.metadata().await.map_err(failed)?.len();
        if now == self.bytes {
            Ok(file)
        } else {
            Err(Error::FileChanged { path: self.path.clone(), declared: self.bytes, now })
        }
    }
}

fn content_type(path: &Path) -> &'static str {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match extension.as_str() {
        "mp4" => "video/mp4",
        "m4v" => "video/x-m4v",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        "mkv" => "video/x-matroska",
        "avi" => "video/x-msvideo",
        "ts" | "mts" | "m2ts" => "video/mp2t",
        "mpg" | "mpeg" => "video/mpeg",
        "wmv" => "video/x-ms-wmv",
        "flv" => "video/x-flv",
        "ogv" => "video/ogg",
        "3gp" => "video/3gpp",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_guessed_from_extensions() {
        for (path, kind) in [
            ("a.mp4", "video/mp4"),
            ("/x.y/A.MOV", "video/quicktime"),
            ("a.b.mkv", "video/x-matroska"),
            ("a.m2ts", "video/mp2t"),
            ("a.txt", "application/octet-stream"),
            ("mp4", "application/octet-stream"),
            (".mp4", "application/octet-stream"),
        ] {
            assert_eq!(content_type(Path::new(path)), kind, "{path}");
        }
    }

    #[tokio::test]
    async fn the_request_describes_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a clip.webm");
        std::fs::write(&path, [0; 7]).unwrap();
        let file = SourceFile::open(&path).await.unwrap();
        let request = file.request(ExtractionOptions { count: Some(3), ..Default::default() });
        assert_eq!((request.file_name.as_str(), request.bytes), ("a clip.webm", 7));
        assert_eq!(request.content_type.as_deref(), Some("video/webm"));
        assert_eq!(request.extraction.count, Some(3));
    }

    #[tokio::test]
    async fn folders_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = SourceFile::open(folder.path()).await.unwrap_err();
        assert!(matches!(error, Error::File { .. }), "{error:?}");
    }
}
