//! UnfinishedUploads that are not done with, kept from before their first byte on, so that a later run can go on
//! with one whatever ended the run before: a file for each, locked by the process that is at it.

use crate::config;
use anyhow::Context;
use framezip_contract::{ExtractionOptions, Video, VideoId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

/// So long the server keeps a record whose bytes do not come.
const RECORD_LIFETIME: SignedDuration = SignedDuration::from_hours(48);

/// A file as it was when its upload began. That it is still the same is taken from this, not from its
/// content: to read gigabytes again would take as long as to send them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFingerprint {
    /// Where it is, without symbolic links.
    pub path: PathBuf,
    bytes: u64,
    modified: Timestamp,
}

impl FileFingerprint {
    /// The file as it is now.
    pub fn of(path: &Path) -> anyhow::Result<Self> {
        let look = || {
            let path = path.canonicalize()?;
            let metadata = path.metadata()?;
            let modified = Timestamp::try_from(metadata.modified()?).map_err(io::Error::other)?;
            Ok::<_, io::Error>(Self { path, bytes: metadata.len(), modified })
        };
        look().with_context(|| format!("cannot read {}", path.display()))
    }
}

/// An upload that was begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UploadRecord {
    api: String,
    /// The video that its bytes make.
    pub id: VideoId,
    /// What is sent.
    pub file: FileFingerprint,
    /// What was asked for.
    pub extraction: ExtractionOptions,
    at: Timestamp,
}

/// The uploads to one server that are not done with.
#[derive(Debug)]
pub struct UnfinishedUploads {
    folder: PathBuf,
    api: String,
}

/// A kept upload. While it lives, no other process goes on with it.
#[derive(Debug)]
pub struct UnfinishedUpload {
    /// Which one.
    pub begun: UploadRecord,
    lock: Option<File>,
}

impl UnfinishedUpload {
    /// Whether another process is at it.
    pub fn is_busy(&self) -> bool {
        self.lock.is_none()
    }
}

impl UnfinishedUploads {
    /// Those to the server of this address; `config` is the folder for what is kept.
    pub fn new(config: &Path, api: String) -> Self {
        Self { folder: config.join("uploads"), api }
    }

    /// Keeps the upload of a file, for a record just made.
    pub fn keep(
        &self,
        video: &Video,
        path: &Path,
        extraction: &ExtractionOptions,
    ) -> anyhow::Result<UnfinishedUpload> {
        let begun = UploadRecord {
            api: self.api.clone(),
            id: video.id,
            file: FileFingerprint::of(path)?,
            extraction: extraction.clone(),
            at: video.created_at,
        };
        let file = config::write(&self.path(begun.id), &serde_json::to_vec_pretty(&begun)?)?;
        Ok(UnfinishedUpload { begun, lock: locked(file)? })
    }

    /// All that are kept, oldest first. Forgets those that the server has forgotten.
    pub fn all(&self) -> anyhow::Result<Vec<UnfinishedUpload>> {
        let read = || {
            let entries = match fs::read_dir(&self.folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                entries => entries?,
            };
            let paths = entries.map(|entry| Ok(entry?.path()));
            let mut paths = paths.collect::<io::Result<Vec<_>>>()?;
            paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
            paths.iter().filter_map(|path| self.read(path).transpose()).collect()
        };
        let mut all: Vec<UnfinishedUpload> =
            read().with_context(|| format!("cannot read {}", self.folder.display()))?;
        all.sort_by_key(|kept| kept.begun.id);
        Ok(all)
    }

    /// Forgets an upload that is done with, if it is kept at all.
    pub fn forget(&self, id: VideoId) -> anyhow::Result<()> {
        remove(&self.path(id)).context("cannot forget an upload that is done with")
    }

    fn read(&self, path: &Path) -> io::Result<Option<UnfinishedUpload>> {
        let file = match OpenOptions::new().read(true).write(true).open(path) {
            // done with since the folder was read
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        // one that another version wrote, perhaps
        let Ok(begun) = serde_json::from_reader::<_, UploadRecord>(&file) else { return Ok(None) };
        if begun.at + RECORD_LIFETIME < Timestamp::now() {
            return remove(path).map(|()| None);
        }
        if begun.api != self.api {
            return Ok(None);
        }
        Ok(Some(UnfinishedUpload { begun, lock: locked(file)? }))
    }

    fn path(&self, id: VideoId) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The file, locked until it is dropped or the process ends, if no other process has locked it.
fn locked(file: File) -> io::Result<Option<File>> {
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use framezip_contract::Status;

    fn uploads(folder: &tempfile::TempDir) -> (UnfinishedUploads, PathBuf) {
        let path = folder.path().join("a.mp4");
        fs::write(&path, "video").unwrap();
        (UnfinishedUploads::new(folder.path(), "https://a.example".to_owned()), path)
    }

    fn video() -> Video {
        Video { created_at: Timestamp::now(), ..samples::video(Status::AwaitingUpload) }
    }

    #[test]
    fn what_is_kept_is_found_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let (uploads, path) = uploads(&folder);
        assert!(uploads.all().unwrap().is_empty());
        let options = ExtractionOptions { count: Some(3), ..ExtractionOptions::default() };
        let videos = [video(), video()];
        for video in &videos {
            drop(uploads.keep(video, &path, &options).unwrap());
        }
        let [first, second] = uploads.all().unwrap().try_into().unwrap();
        assert_eq!([first.begun.id, second.begun.id], [videos[0].id, videos[1].id]);
        assert_eq!(first.begun.file, FileFingerprint::of(&path).unwrap());
        assert_eq!(first.begun.extraction, options);
        uploads.forget(videos[0].id).unwrap();
        uploads.forget(videos[0].id).unwrap();
        assert_eq!(uploads.all().unwrap().len(), 1);
        let other = UnfinishedUploads::new(folder.path(), "https://b.example".to_owned());
        assert!(other.all().unwrap().is_empty());
    }

    #[test]
    fn one_process_is_at_an_upload() {
        let folder = tempfile::tempdir().unwrap();
        let (uploads, path) = uploads(&folder);
        let held = uploads.keep(&video(), &path, &ExtractionOptions::default()).unwrap();
        assert!(!held.is_busy() && uploads.all().unwrap()[0].is_busy());
        drop(held);
        assert!(!uploads.all().unwrap()[0].is_busy());
    }

    #[test]
    fn what_the_server_forgot_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let (uploads, path) = uploads(&folder);
        let old = samples::video(Status::AwaitingUpload);
        uploads.keep(&old, &path, &ExtractionOptions::default()).unwrap();
        fs::write(folder.path().join("uploads/x.json"), "{").unwrap();
        assert!(uploads.all().unwrap().is_empty());
        assert!(!uploads.path(old.id).exists());
    }

    #[test]
    fn another_file_is_told_by_its_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let (_, path) = uploads(&folder);
        let stamp = FileFingerprint::of(&path).unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(std::time::UNIX_EPOCH).unwrap();
        assert_ne!(FileFingerprint::of(&path).unwrap(), stamp);
        fs::remove_file(&path).unwrap();
        assert!(FileFingerprint::of(&path).unwrap_err().to_string().contains("a.mp4"));
    }
}
