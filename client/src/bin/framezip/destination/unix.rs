//! Files and descriptors of Unix systems.

pub use std::os::fd::AsFd as Descriptor;

use rustix::fs::{Access, OFlags, access, fcntl_getfl};
use std::{
    fs::{File, FileType, Metadata},
    io,
    os::{
        fd::BorrowedFd,
        unix::fs::{FileTypeExt, MetadataExt},
    },
    path::Path,
};

/// Returns whether a file is a character device or a named pipe.
pub fn is_stream(kind: FileType) -> bool {
    kind.is_char_device() || kind.is_fifo()
}

pub fn is_pipe(kind: FileType) -> bool {
    kind.is_fifo()
}

/// Returns whether a descriptor belongs to the file with this metadata.
pub fn is_same(open: &impl Descriptor, file: &Metadata) -> bool {
    metadata(open).is_some_and(|open| (open.dev(), open.ino()) == (file.dev(), file.ino()))
}

/// Returns the metadata of the file that a descriptor belongs to.
pub fn metadata(open: &impl Descriptor) -> Option<Metadata> {
    let copy = open.as_fd().try_clone_to_owned().ok()?;
    File::from(copy).metadata().ok()
}

/// Duplicates a descriptor that the process has inherited, to write to it.
pub fn open_descriptor(number: i32) -> io::Result<File> {
    if number < 0 {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: the descriptor is borrowed for this call only, which fails if it is not open
    let copy = unsafe { BorrowedFd::borrow_raw(number) }.try_clone_to_owned()?;
    if fcntl_getfl(&copy)? & OFlags::RWMODE == OFlags::RDONLY {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    Ok(copy.into())
}

/// Fails if the permissions do not allow writing.
pub fn check_access(path: &Path) -> io::Result<()> {
    Ok(access(path, Access::WRITE_OK)?)
}
