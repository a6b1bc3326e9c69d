//! The kinds of paths on the command line, and checks whether a zip can be written there.

use super::system::{
    Descriptor, check_access, is_pipe, is_same, is_stream, metadata, open_descriptor,
};
use crate::{exit::InvalidDestination, format};
use anyhow::{Context, bail, ensure};
use std::{
    fs::{self, Metadata},
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    process,
};

/// Names of standard output, which are also valid on systems without `/proc`.
const STDOUT_NAMES: [&str; 3] = ["-", "/dev/stdout", "/dev/fd/1"];
/// The largest number of symbolic links that are followed, as on Linux.
const MAX_LINKS: usize = 40;

/// The kind of a path.
#[derive(Debug, PartialEq, Eq)]
pub enum PathKind {
    /// Standard output, under any name.
    Stdout,
    /// A character device or a named pipe.
    Stream,
    /// A descriptor that the command has inherited, for example from `3>file` in a shell.
    Descriptor(i32),
    /// A regular file, with every symbolic link resolved.
    File(PathBuf),
    /// A file that does not exist yet, in a folder that can be written to.
    NewFile,
}

impl PathKind {
    /// Returns the kind of a path.
    ///
    /// # Errors
    ///
    /// [`InvalidDestination`] if no zip can be written there.
    pub fn of(path: &Path) -> anyhow::Result<Self> {
        let shown = format::path(path);
        if is_stdout(path) {
            check_stdout()?;
            return Ok(Self::Stdout);
        }
        let is_link = match path.symlink_metadata() {
            Ok(metadata) => metadata.is_symlink(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let text = format!("{shown} is not an open descriptor");
                ensure!(descriptor(path).is_none(), InvalidDestination::new(text));
                let is_folder = path.as_os_str().to_string_lossy().ends_with('/');
                let text = format!(
                    "{shown} is the name of a folder: give a file name, or use --output-dir"
                );
                ensure!(!is_folder, InvalidDestination::new(text));
                check_folder(parent(path))?;
                return Ok(Self::NewFile);
            }
            Err(error) => {
                bail!(InvalidDestination::new(format!("{shown} cannot be written: {error}")))
            }
        };
        let metadata = path.metadata().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound if is_link => InvalidDestination::new(format!(
                "{shown} is a symbolic link to nothing: give another file name"
            )),
            _ => InvalidDestination::new(format!("{shown} cannot be written: {error}")),
        })?;
        let text =
            format!("{shown} is standard error, which is used for messages: give a file name");
        ensure!(!is_shared_with(&io::stderr(), &metadata), InvalidDestination::new(text));
        if metadata.is_dir() {
            bail!(InvalidDestination::new(format!(
                "{shown} is a folder: give the name of a file in it, or use --output-dir"
            )));
        }
        if let Some(number) = descriptor(path) {
            check_descriptor(number, &shown)?;
            return Ok(Self::Descriptor(number));
        }
        if metadata.is_file() {
            let path = path.canonicalize().with_context(|| format!("cannot write {shown}"))?;
            check_folder(parent(&path))?;
            return Ok(Self::File(path));
        }
        let text = format!("{shown} is neither a file nor a pipe: give another path");
        ensure!(is_stream(metadata.file_type()), InvalidDestination::new(text));
        check_stream(path, &metadata)?;
        Ok(Self::Stream)
    }
}

/// Returns whether a path leads to standard output: by its name, or because the same file or pipe is open there.
pub fn is_stdout(path: &Path) -> bool {
    STDOUT_NAMES.iter().any(|name| path == Path::new(name))
        || path.metadata().is_ok_and(|metadata| is_same(&io::stdout(), &metadata))
}

/// Fails if standard output is a terminal, or if messages would be mixed into a zip on it.
fn check_stdout() -> anyhow::Result<()> {
    check_terminal(&io::stdout())?;
    let text = "standard output and standard error lead to the same place, so that messages would be \
                mixed into the zip: separate them, or give a file name with -o";
    let metadata = metadata(&io::stdout());
    let is_shared = metadata.is_some_and(|stdout| is_shared_with(&io::stderr(), &stdout));
    ensure!(!is_shared, InvalidDestination::new(text));
    Ok(())
}

/// Fails unless files can be created in a folder.
pub fn check_folder(folder: &Path) -> anyhow::Result<()> {
    let shown = format::path(folder);
    let missing = || InvalidDestination::new(format!("there is no folder {shown}"));
    let metadata = folder.metadata().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => missing(),
        _ => InvalidDestination::new(format!("cannot use the folder {shown}: {error}")),
    })?;
    ensure!(metadata.is_dir(), InvalidDestination::new(format!("{shown} is not a folder")));
    // permissions alone are not enough: the file system may be full or read-only
    let created = tempfile::tempfile_in(folder);
    created.map_err(|error| {
        InvalidDestination::new(format!("cannot write to the folder {shown}: {error}"))
    })?;
    Ok(())
}

/// As [`check_folder`], for a folder that is created with the first zip: checks its nearest existing ancestor.
pub fn check_future_folder(folder: &Path) -> anyhow::Result<()> {
    let is_missing = |error: io::Error| error.kind() == io::ErrorKind::NotFound;
    let is_there = |folder: &&Path| !folder.symlink_metadata().is_err_and(is_missing);
    let nearest = folder.ancestors().find(is_there).unwrap_or(Path::new("."));
    check_folder(nearest)
}

/// Returns the folder of a file.
pub fn parent(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// Returns the number of this process's descriptor that a path names, such as `/dev/fd/3`, directly or by a
/// symbolic link. The shell has opened it for the zip, even if it belongs to a regular file.
fn descriptor(path: &Path) -> Option<i32> {
    let own = format!("/proc/{}", process::id());
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let folder = parent(&path).canonicalize().unwrap_or_default();
        let is_own = folder.starts_with(&own) && folder.ends_with("fd");
        if is_own || folder == Path::new("/dev/fd") {
            return path.file_name()?.to_str()?.parse().ok();
        }
        path = folder.join(fs::read_link(&path).ok()?);
    }
    None
}

/// Fails unless a zip can be written to a descriptor.
fn check_descriptor(number: i32, shown: &str) -> anyhow::Result<()> {
    let file = open_descriptor(number).map_err(|_| {
        InvalidDestination::new(format!(
            "{shown} cannot be written to: it is open for reading only, or not open at all"
        ))
    })?;
    let metadata = file.metadata().with_context(|| format!("cannot write {shown}"))?;
    let text = format!("{shown} is neither a file nor a pipe: give another path");
    ensure!(metadata.is_file() || is_stream(metadata.file_type()), InvalidDestination::new(text));
    check_terminal(&file)
}

/// Fails for a device or a pipe that cannot be written to, and for a terminal.
fn check_stream(path: &Path, metadata: &Metadata) -> anyhow::Result<()> {
    let shown = format::path(path);
    let refused = |error: io::Error| {
        InvalidDestination::new(format!("{shown} cannot be written to: {error}"))
    };
    check_access(path).map_err(refused)?;
    // opening a pipe would block until it has a reader
    if !is_pipe(metadata.file_type()) {
        check_terminal(&fs::OpenOptions::new().write(true).open(path).map_err(refused)?)?;
    }
    Ok(())
}

fn check_terminal(open: &impl IsTerminal) -> anyhow::Result<()> {
    let text = "framezip does not write zips to a terminal: give a file name with -o";
    ensure!(!open.is_terminal(), InvalidDestination::new(text));
    Ok(())
}

/// Returns whether bytes written to an open descriptor and to this file would be mixed. They are not mixed on
/// devices such as `/dev/null`.
fn is_shared_with(open: &impl Descriptor, file: &Metadata) -> bool {
    let is_device = is_stream(file.file_type()) && !is_pipe(file.file_type());
    !is_device && is_same(open, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_destination_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let error = |path: &Path| PathKind::of(path).unwrap_err().to_string();
        let file = folder.join("a.zip");
        assert_eq!(PathKind::of(&file).unwrap(), PathKind::NewFile);
        assert_eq!(PathKind::of(Path::new("b.zip")).unwrap(), PathKind::NewFile);
        assert!(error(&folder).contains("--output-dir"));
        assert!(error(&folder.join("a/b.zip")).contains("there is no folder"));
        assert!(error(&folder.join("a/")).contains("--output-dir"));
        assert!(error(&folder.join("x".repeat(300))).contains("too long"));
        fs::write(&file, "").unwrap();
        assert_eq!(PathKind::of(&file).unwrap(), PathKind::File(file.clone()));
        assert!(error(&file.join("b.zip")).contains("cannot be written"));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_devices_written_to() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let (file, link) = (folder.join("a.zip"), folder.join("link"));
        symlink(&file, &link).unwrap();
        let error = PathKind::of(&link).unwrap_err().to_string();
        assert!(error.contains("a symbolic link to nothing"), "{error}");
        fs::write(&file, "").unwrap();
        assert_eq!(PathKind::of(&link).unwrap(), PathKind::File(file));
        let circle = folder.join("circle");
        symlink(&circle, &circle).unwrap();
        let error = PathKind::of(&circle).unwrap_err().to_string();
        assert!(error.contains("cannot be written"), "{error}");
        assert_eq!(PathKind::of(Path::new("/dev/zero")).unwrap(), PathKind::Stream);
    }

    #[test]
    fn a_missing_folder_is_accepted_if_it_can_be_created() {
        let folder = tempfile::tempdir().unwrap();
        let (new, file) = (folder.path().join("new/folder"), folder.path().join("file"));
        check_future_folder(&new).unwrap();
        assert!(!new.exists());
        fs::write(&file, "").unwrap();
        assert!(check_future_folder(&file).is_err());
        assert!(check_future_folder(&file.join("folder")).is_err());
    }
}
