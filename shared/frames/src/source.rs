//! The bytes' way into FFmpeg.
//!
//! FFmpeg turns every error of a reader into an end of file or bad data, so a network fault would
//! look like a damaged video. The reader in here remembers the fault, for the caller to find.

use crate::FramesError;
use std::{
    io::{self, Read, Seek, SeekFrom},
    sync::{Arc, Mutex, PoisonError},
};

/// The first fault of a reader.
#[derive(Clone, Default)]
pub(crate) struct Fault(Arc<Mutex<Option<io::Error>>>);

impl Fault {
    /// The fault, if there was one; once.
    pub(crate) fn check(&self) -> Result<(), FramesError> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(error) => Err(FramesError::Read(error)),
            None => Ok(()),
        }
    }

    fn note(&self, error: io::Error) -> io::Error {
        let kind = error.kind();
        if kind != io::ErrorKind::Interrupted {
            let mut fault = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            fault.get_or_insert(error);
        }
        kind.into()
    }
}

/// A reader whose first fault is kept.
pub(crate) struct Watched<R> {
    pub(crate) reader: R,
    pub(crate) fault: Fault,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer).map_err(|error| self.fault.note(error))
    }
}

impl<R: Seek> Seek for Watched<R> {
    /// A seek to a place that does not exist comes from the media, not from the reader.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.reader.seek(to).map_err(|error| {
            if error.kind() == io::ErrorKind::InvalidInput { error } else { self.fault.note(error) }
        })
    }
}
