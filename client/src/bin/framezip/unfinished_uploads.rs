//! Unfinished uploads. Each has a file, written before the first byte is sent, so that a later run can continue
//! the upload however the earlier run ended. The process that sends the upload locks the file.

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

/// The server deletes a video whose bytes have not arrived within this time.
const LIFETIME: SignedDuration = SignedDuration::from_hours(48);

/// Identifies a file without reading its content, which would take as long as sending it: a file with the same
/// path, length and modification time counts as unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFingerprint {
    /// The path without symbolic links.
    pub path: PathBuf,
    bytes: u64,
    modified: Timestamp,
}

impl FileFingerprint {
    /// Returns the fingerprint of a file as it is now.
    pub fn of(path: &Path) -> anyhow::Result<Self> {
        let read = || {
            let path = path.canonicalize()?;
            let metadata = path.metadata()?;
            let modified = Timestamp::try_from(metadata.modified()?).map_err(io::Error::other)?;
            Ok::<_, io::Error>(Self { path, bytes: metadata.len(), modified })
        };
        read().with_context(|| format!("cannot read {}", path.display()))
    }
}

/// The content of an unfinished upload's file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UploadRecord {
    api: String,
    /// The video that is uploaded.
    pub id: VideoId,
    /// The file that is sent.
    pub file: FileFingerprint,
    /// The extraction options of the video.
    pub extraction: ExtractionOptions,
    at: Timestamp,
}

/// The unfinished uploads to one server.
#[derive(Debug)]
pub struct UnfinishedUploads {
    folder: PathBuf,
    api: String,
}

/// An unfinished upload. No other process continues it until this is dropped.
#[derive(Debug)]
pub struct UnfinishedUpload {
    /// The content of its file.
    pub record: UploadRecord,
    lock: Option<File>,
}

impl UnfinishedUpload {
    /// Returns whether another process is sending it.
    pub fn is_locked_elsewhere(&self) -> bool {
        self.lock.is_none()
    }
}

impl UnfinishedUploads {
    /// Returns the uploads to the server with the address `api`.
    pub fn new(config_folder: &Path, api: String) -> Self {
        Self { folder: config_folder.join("uploads"), api }
    }

    /// Saves the upload of a file for a new video.
    pub fn save(
        &self,
        video: &Video,
        path: &Path,
        extraction: &ExtractionOptions,
    ) -> anyhow::Result<UnfinishedUpload> {
        let record = UploadRecord {
            api: self.api.clone(),
            id: video.id,
            file: FileFingerprint::of(path)?,
            extraction: extraction.clone(),
            at: video.created_at,
        };
        let file = config::write(&self.path(record.id), &serde_json::to_vec_pretty(&record)?)?;
        Ok(UnfinishedUpload { record, lock: try_lock(file)? })
    }

    /// Returns all saved uploads, oldest first. Removes those that the server has deleted.
    pub fn load_all(&self) -> anyhow::Result<Vec<UnfinishedUpload>> {
        let read = || {
            let entries = match fs::read_dir(&self.folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                entries => entries?,
            };
            let paths = entries.map(|entry| Ok(entry?.path()));
            let mut paths = paths.collect::<io::Result<Vec<_>>>()?;
            paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
            paths.iter().filter_map(|path| self.load(path).transpose()).collect()
        };
        let mut all: Vec<UnfinishedUpload> =
            read().with_context(|| format!("cannot read {}", self.folder.display()))?;
        all.sort_by_key(|upload| upload.record.id);
        Ok(all)
    }

    /// Removes a saved upload, if there is one of this video.
    pub fn remove(&self, id: VideoId) -> anyhow::Result<()> {
        let path = self.path(id);
        remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))
    }

    fn load(&self, path: &Path) -> io::Result<Option<UnfinishedUpload>> {
        let file = match OpenOptions::new().read(true).write(true).open(path) {
            // the upload was finished after the folder was read
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        // the file may come from another version
        let Ok(record) = serde_json::from_reader::<_, UploadRecord>(&file) else { return Ok(None) };
        if record.at + LIFETIME < Timestamp::now() {
            return remove_file(path).map(|()| None);
        }
        if record.api != self.api {
            return Ok(None);
        }
        Ok(Some(UnfinishedUpload { record, lock: try_lock(file)? }))
    }

    fn path(&self, id: VideoId) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }
}

/// Removes a file. A missing file is not an error.
fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Locks a file until it is dropped or the process ends. Returns `None` if another process has locked it.
fn try_lock(file: File) -> io::Result<Option<File>> {
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
    fn an_upload_is_loaded_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (uploads, path) = uploads(&folder);
        assert!(uploads.load_all().unwrap().is_empty());
        let options = ExtractionOptions { count: Some(3), ..ExtractionOptions::default() };
        let videos = [video(), video()];
        for video in &videos {
            drop(uploads.save(video, &path, &options).unwrap());
        }
        let [first, second] = uploads.load_all().unwrap().try_into().unwrap();
        assert_eq!([first.record.id, second.record.id], [videos[0].id, videos[1].id]);
        assert_eq!(first.record.file, FileFingerprint::of(&path).unwrap());
        assert_eq!(first.record.extraction, options);
        uploads.remove(videos[0].id).unwrap();
        uploads.remove(videos[0].id).unwrap();
        assert_eq!(uploads.load_all().unwrap().len(), 1);
        let other = UnfinishedUploads::new(folder.path(), "https://b.example".to_owned());
        assert!(other.load_all().unwrap().is_empty());
    }

    #[test]
    fn an_upload_is_locked_by_one_process() {
        let folder = tempfile::tempdir().unwrap();
        let (uploads, path) = uploads(&folder);
        let locked = uploads.save(&video(), &path, &ExtractionOptions::default()).unwrap();
        assert!(
            !locked.is_locked_elsewhere() && uploads.load_all().unwrap()[0].is_locked_elsewhere()
        );
        drop(locked);
        assert!(!uploads.load_all().unwrap()[0].is_locked_elsewhere());
    }

    #[test]
    fn an_upload_that_the_server_has_deleted_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (uploads, path) = uploads(&folder);
        let old = samples::video(Status::AwaitingUpload);
        uploads.save(&old, &path, &ExtractionOptions::default()).unwrap();
        fs::write(folder.path().join("uploads/x.json"), "{").unwrap();
        assert!(uploads.load_all().unwrap().is_empty());
        assert!(!uploads.path(old.id).exists());
    }

    #[test]
    fn a_changed_file_has_another_fingerprint() {
        let folder = tempfile::tempdir().unwrap();
        let (_, path) = uploads(&folder);
        let fingerprint = FileFingerprint::of(&path).unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(std::time::UNIX_EPOCH).unwrap();
        assert_ne!(FileFingerprint::of(&path).unwrap(), fingerprint);
        fs::remove_file(&path).unwrap();
        assert!(FileFingerprint::of(&path).unwrap_err().to_string().contains("a.mp4"));
    }
}
