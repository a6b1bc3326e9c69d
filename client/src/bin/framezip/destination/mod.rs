//! The destinations of zips, given by `-o` and `--output-dir`. They are checked before any data is transferred.
//!
//! Only regular files are ever replaced, and only with `--force`. Devices, named pipes and descriptors of the
//! shell are written to. Symbolic links are followed and stay.

mod file_name;
#[cfg(not(unix))]
mod other_systems;
mod path_kind;
#[cfg(unix)]
mod unix;

pub use path_kind::is_stdout;

use crate::{exit::InvalidDestination, format};
use anyhow::{Context, ensure};
use file_name::file_name;
use framezip_client::{ApiClient, DownloadedZip, Error, Existing, SaveError};
use framezip_contract::{Download, Video};
#[cfg(not(unix))]
use other_systems as system;
use path_kind::{PathKind, parent};
use std::{
    cell::RefCell,
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};
use system::open_descriptor;
#[cfg(unix)]
use unix as system;

/// The destination of one command's zips.
#[derive(Debug)]
pub enum ZipDestination {
    /// One zip, to standard output.
    Stdout,
    /// One zip, to a device or a named pipe.
    Stream(PathBuf),
    /// One zip, to a descriptor that the command has inherited.
    Descriptor { number: i32, path: PathBuf },
    /// One zip, to a regular file.
    File {
        /// The path with every symbolic link resolved.
        path: PathBuf,
        existing: Existing,
    },
    /// Any number of zips. Each is named after its video.
    Folder(ZipFolder),
}

/// A folder for one command's zips.
#[derive(Debug)]
pub struct ZipFolder {
    path: PathBuf,
    existing: Existing,
    /// The names that this command has used, in lower case, since some file systems ignore case.
    used_names: RefCell<HashSet<String>>,
}

impl ZipDestination {
    /// Returns the destination that `-o` gives.
    pub fn of(path: &Path, existing: Existing) -> anyhow::Result<Self> {
        Ok(match PathKind::of(path)? {
            PathKind::Stdout => Self::Stdout,
            PathKind::Stream => Self::Stream(path.to_owned()),
            PathKind::Descriptor(number) => Self::Descriptor { number, path: path.to_owned() },
            PathKind::NewFile => Self::File { path: path.to_owned(), existing },
            PathKind::File(resolved) => {
                let shown = format::path(path);
                let is_kept = existing == Existing::Keep;
                let text = format!("{shown} exists: replace it with --force, or give another name");
                ensure!(!is_kept, InvalidDestination { code: "file_exists", text });
                Self::File { path: resolved, existing }
            }
        })
    }

    /// Returns the destination that `--output-dir` gives. A missing folder is created with the first zip.
    pub fn folder(path: &Path, existing: Existing) -> anyhow::Result<Self> {
        path_kind::check_future_folder(path)?;
        let used_names = RefCell::default();
        Ok(Self::Folder(ZipFolder { path: path.to_owned(), existing, used_names }))
    }

    /// Downloads a video's zip to the destination. Returns the name of the destination.
    pub async fn save(
        &self,
        video: &Video,
        download: &Download,
        api: &ApiClient,
        progress: impl FnMut(u64),
    ) -> anyhow::Result<String> {
        match self {
            Self::Stdout => {
                let (stdout, name) = (tokio::io::stdout(), Path::new("standard output"));
                api.download_to(download, stdout, name, progress).await?;
                Ok(name.display().to_string())
            }
            Self::Stream(path) => {
                let cannot_write = || format!("cannot write {}", format::path(path));
                let stream = tokio::fs::OpenOptions::new().write(true).open(path).await;
                let stream = stream.with_context(cannot_write)?;
                api.download_to(download, stream, path, progress).await?;
                Ok(path.display().to_string())
            }
            Self::Descriptor { number, path } => {
                let cannot_write = || format!("cannot write {}", format::path(path));
                let file = open_descriptor(*number).with_context(cannot_write)?;
                let file = tokio::fs::File::from_std(file);
                api.download_to(download, file, path, progress).await?;
                Ok(path.display().to_string())
            }
            Self::File { path, existing } => {
                let zip = api.download(download, parent(path), progress).await?;
                zip.save(path, *existing).map_err(Error::from)?;
                Ok(path.display().to_string())
            }
            Self::Folder(folder) => {
                let created = fs::create_dir_all(&folder.path);
                let cannot_create =
                    || format!("cannot create the folder {}", format::path(&folder.path));
                created.with_context(cannot_create)?;
                let zip = api.download(download, &folder.path, progress).await?;
                folder.save(video, zip)
            }
        }
    }
}

impl ZipFolder {
    /// Saves a zip under the first free name, so that videos with the same name do not replace each other.
    fn save(&self, video: &Video, mut zip: DownloadedZip) -> anyhow::Result<String> {
        for number in 1.. {
            let name = file_name(video, number);
            if !self.used_names.borrow_mut().insert(name.to_lowercase()) {
                continue;
            }
            let is_current = self.path == Path::new(".");
            let path = if is_current { PathBuf::from(name) } else { self.path.join(name) };
            match zip.save(&path, self.existing) {
                Ok(()) => return Ok(path.display().to_string()),
                Err(SaveError {
                    error: Error::Exists { .. } | Error::NotAFile { .. },
                    zip: unsaved,
                }) => zip = unsaved,
                Err(SaveError { error, .. }) => return Err(error.into()),
            }
        }
        unreachable!("the numbers do not end")
    }
}
