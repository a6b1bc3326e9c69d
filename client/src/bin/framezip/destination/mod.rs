//! Where zips are saved: what `-o` and `--output-dir` lead to. It is looked at before any byte is moved.
//!
//! Only a regular file is ever replaced, and only if that is asked for. A device, a named pipe or a
//! descriptor of the shell is written to. A symbolic link is followed, and stays.

mod file_name;
mod path_kind;

pub use path_kind::is_stdout;

use crate::{exit::InvalidDestination, format};
use anyhow::{Context, ensure};
use file_name::file_name;
use framezip_client::{ApiClient, DownloadedZip, Error, Existing, SaveError};
use framezip_contract::{Download, Video};
use path_kind::{PathKind, parent};
use std::{
    cell::RefCell,
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

/// Where the zips of one command go.
#[derive(Debug)]
pub enum ZipDestination {
    /// One zip, to standard output.
    Stdout,
    /// One zip, to a device or a named pipe.
    Stream(PathBuf),
    /// One zip, to a descriptor that the command was started with.
    Descriptor { number: i32, path: PathBuf },
    /// One zip, to a regular file.
    File {
        /// Where it is, with every symbolic link resolved.
        path: PathBuf,
        existing: Existing,
    },
    /// Any number of zips, each named after its video.
    Folder(ZipFolder),
}

/// A folder for the zips of one command.
#[derive(Debug)]
pub struct ZipFolder {
    path: PathBuf,
    existing: Existing,
    /// Names that this command has given, in lower case: some file systems do not tell cases apart.
    given: RefCell<HashSet<String>>,
}

impl ZipDestination {
    /// What `-o` leads to.
    pub fn of(path: &Path, existing: Existing) -> anyhow::Result<Self> {
        Ok(match PathKind::of(path)? {
            PathKind::Stdout => Self::Stdout,
            PathKind::Stream => Self::Stream(path.to_owned()),
            PathKind::Descriptor(number) => Self::Descriptor { number, path: path.to_owned() },
            PathKind::NewFile => Self::File { path: path.to_owned(), existing },
            PathKind::File(resolved) => {
                let shown = format::path(path);
                let is_kept = existing == Existing::Keep;
                let text = format!("{shown} exists: replace it with --force, or name another file");
                ensure!(!is_kept, InvalidDestination { code: "file_exists", text });
                Self::File { path: resolved, existing }
            }
        })
    }

    /// What `--output-dir` leads to. The folder is made when the first zip comes, if there is none.
    pub fn folder(path: &Path, existing: Existing) -> anyhow::Result<Self> {
        path_kind::check_future_folder(path)?;
        let given = RefCell::default();
        Ok(Self::Folder(ZipFolder { path: path.to_owned(), existing, given }))
    }

    /// Downloads a video's zip to where it goes. Returns what to call that place.
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
                let file = path_kind::open_descriptor(*number).with_context(cannot_write)?;
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
                let made = fs::create_dir_all(&folder.path);
                let cannot_make =
                    || format!("cannot make the folder {}", format::path(&folder.path));
                made.with_context(cannot_make)?;
                let zip = api.download(download, &folder.path, progress).await?;
                folder.save(video, zip)
            }
        }
    }
}

impl ZipFolder {
    /// Saves a zip under the first name that is free. Of two videos of one name, each is saved.
    fn save(&self, video: &Video, mut zip: DownloadedZip) -> anyhow::Result<String> {
        for number in 1.. {
            let name = file_name(video, number);
            if !self.given.borrow_mut().insert(name.to_lowercase()) {
                continue;
            }
            let is_here = self.path == Path::new(".");
            let path = if is_here { PathBuf::from(name) } else { self.path.join(name) };
            match zip.save(&path, self.existing) {
                Ok(()) => return Ok(path.display().to_string()),
                Err(SaveError {
                    error: Error::Exists { .. } | Error::NotAFile { .. },
                    zip: kept,
                }) => {
                    zip = kept;
                }
                Err(SaveError { error, .. }) => return Err(error.into()),
            }
        }
        unreachable!("there is no end of numbers")
    }
}
