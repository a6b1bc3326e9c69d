//! A downloaded zip that has not got its final name yet.

use crate::Error;
use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};
use tempfile::{Builder, NamedTempFile};

const BUFFER_BYTES: usize = 1 << 20;

/// The reaction to a file that already exists at a zip's destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// The file stays, and saving fails with [`Error::Exists`].
    Keep,
    /// The zip replaces a regular file and takes over its permissions. Anything else stays, and saving fails
    /// with [`Error::NotAFile`].
    Replace,
}

/// A complete zip in a temporary file, which is removed unless the zip is saved.
#[derive(Debug)]
pub struct DownloadedZip {
    file: NamedTempFile,
}

/// The reason why a zip could not be saved, with the zip.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct SaveError {
    /// The reason.
    #[source]
    pub error: Error,
    /// The zip, which can be saved under another name.
    pub zip: DownloadedZip,
}

impl From<SaveError> for Error {
    fn from(SaveError { error, .. }: SaveError) -> Self {
        error
    }
}

impl DownloadedZip {
    /// Creates an empty file with a unique name and the usual permissions of a new file.
    pub(crate) fn new(folder: &Path) -> Result<Self, Error> {
        let mut builder = Builder::new();
        builder.prefix(".framezip-").suffix(".part");
        #[cfg(unix)]
        {
            use std::{fs::Permissions, os::unix::fs::PermissionsExt};
            builder.permissions(Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(folder).map_err(Error::cannot_write(folder))?;
        Ok(Self { file })
    }

    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Opens the file again, at its start.
    pub(crate) fn open(&self) -> Result<File, Error> {
        self.file.reopen().map_err(Error::cannot_write(self.path()))
    }

    /// Renames the zip to `path`, which must be in the folder that it was downloaded to. No other process
    /// ever sees an incomplete zip under this name.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] or [`Error::NotAFile`] if something is there that must stay, [`Error::File`] if the
    /// renaming fails.
    pub fn save(self, path: &Path, existing: Existing) -> Result<(), SaveError> {
        let is_replaced = match existing {
            Existing::Keep => Ok(false),
            Existing::Replace => self.take_over_permissions(path),
        };
        let saved = match is_replaced {
            Ok(true) => self.file.persist(path),
            Ok(false) => self.file.persist_noclobber(path),
            Err(error) => return Err(SaveError { error, zip: self }),
        };
        saved.map(drop).map_err(|failed| {
            let error = match failed.error.kind() {
                io::ErrorKind::AlreadyExists => Error::Exists { path: path.to_owned() },
                _ => Error::cannot_write(path)(failed.error),
            };
            SaveError { error, zip: Self { file: failed.file } }
        })
    }

    /// Copies the permissions of the regular file that the zip will replace. Returns whether there is one.
    fn take_over_permissions(&self, path: &Path) -> Result<bool, Error> {
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_file() => {
                let copied = self.file.as_file().set_permissions(metadata.permissions());
                copied.map(|()| true).map_err(Error::cannot_write(path))
            }
            Ok(_) => Err(Error::NotAFile { path: path.to_owned() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Error::cannot_write(path)(error)),
        }
    }
}

/// Reads every entry that the zip's directory lists and compares its checksum.
pub(crate) fn check(file: File) -> Result<(), Error> {
    let read = || {
        let mut zip = zip::ZipArchive::new(BufReader::new(file))?;
        let mut buffer = vec![0; BUFFER_BYTES];
        for index in 0..zip.len() {
            let mut entry = zip.by_index(index)?;
            while entry.read(&mut buffer)? > 0 {}
        }
        Ok(())
    };
    read().map_err(|source| Error::Damaged { source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, io::Write};
    use tempfile::TempDir;

    fn downloaded(folder: &TempDir) -> DownloadedZip {
        let zip = DownloadedZip::new(folder.path()).unwrap();
        zip.open().unwrap().write_all(b"new").unwrap();
        zip
    }

    #[test]
    fn an_existing_file_is_replaced_only_on_request() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("out.zip");
        fs::write(&to, "old").unwrap();
        let SaveError { error, zip } = downloaded(&folder).save(&to, Existing::Keep).unwrap_err();
        assert!(matches!(error, Error::Exists { .. }), "{error:?}");
        assert_eq!(fs::read(&to).unwrap(), b"old");
        zip.save(&to, Existing::Replace).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_zip_has_the_usual_permissions_of_a_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (to, other) = (folder.path().join("out.zip"), folder.path().join("other"));
        fs::write(&other, "").unwrap();
        downloaded(&folder).save(&to, Existing::Replace).unwrap();
        let mode = |path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&to), mode(&other));
    }

    #[cfg(unix)]
    #[test]
    fn only_a_regular_file_is_replaced_and_its_permissions_stay() {
        use std::{fs::Permissions, os::unix::fs::PermissionsExt};
        let folder = tempfile::tempdir().unwrap();
        let (to, link) = (folder.path().join("out.zip"), folder.path().join("link"));
        fs::write(&to, "old").unwrap();
        fs::set_permissions(&to, Permissions::from_mode(0o604)).unwrap();
        std::os::unix::fs::symlink(&to, &link).unwrap();
        let SaveError { error, zip } =
            downloaded(&folder).save(&link, Existing::Replace).unwrap_err();
        assert!(matches!(error, Error::NotAFile { .. }), "{error:?}");
        assert!(link.is_symlink());
        zip.save(&to, Existing::Replace).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"new");
        assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o604);
    }
}
