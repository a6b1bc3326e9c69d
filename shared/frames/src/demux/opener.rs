//! What every decoder of a video starts from.

use crate::{
    FramesError,
    demux::{
        container::Container,
        layout::{self, View},
        media_source::Reader,
        recording::Recording,
    },
};
use framezip_contract::Limits;
use std::{
    io::{self, Read, Seek},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

type Open = dyn Fn() -> Result<Box<dyn Reader>, FramesError> + Send + Sync;

/// Opens one video, as often as there are decoders of it.
pub(crate) struct Opener {
    open: Box<Open>,
    interrupt: Arc<dyn Fn() -> bool + Send + Sync>,
    halted: Arc<AtomicBool>,
    limits: Limits,
}

impl Opener {
    /// Every container gets a reader of its own from `open`. `interrupt` is called often, and ends every
    /// operation when it returns `true`.
    pub(crate) fn new<R, O, I>(open: O, interrupt: I, limits: Limits) -> Self
    where
        R: Read + Seek + Send + 'static,
        O: Fn() -> io::Result<R> + Send + Sync + 'static,
        I: Fn() -> bool + Clone + Send + Sync + 'static,
    {
        let halted = Arc::new(AtomicBool::new(false));
        let is_halted = halted.clone();
        let interrupt = Arc::new(move || is_halted.load(Ordering::Relaxed) || interrupt());
        let open = move || {
            let reader: Box<dyn Reader> = Box::new(open().map_err(FramesError::Read)?);
            Ok(reader)
        };
        Self { open: Box::new(open), interrupt, halted, limits }
    }

    /// Interrupts everything: no more is wanted.
    pub(crate) fn halt(&self) {
        self.halted.store(true, Ordering::Relaxed);
    }

    /// The recordings that the file holds, each as far as its bytes show.
    pub(crate) fn recordings(&self) -> Result<Vec<Recording>, FramesError> {
        if self.is_interrupted() {
            return Err(FramesError::Interrupted);
        }
        let layout = layout::layout(&mut self.watched()?).map_err(|error| self.failed(error))?;
        Ok(layout.recordings.into_iter().map(Recording::new).collect())
    }

    /// The bytes of a recording.
    pub(crate) fn reader(&self, recording: &Recording) -> Result<Box<dyn Reader>, FramesError> {
        let view = View::new(self.watched()?, &recording.extent);
        Ok(Box::new(view.map_err(|error| self.failed(error))?))
    }

    /// The file's bytes, until an interrupt.
    fn watched(&self) -> Result<Interruptible, FramesError> {
        Ok(Interruptible { reader: (self.open)()?, interrupt: self.interrupt.clone() })
    }

    /// What reading the file failed with.
    pub(crate) fn failed(&self, error: io::Error) -> FramesError {
        if self.is_interrupted() { FramesError::Interrupted } else { FramesError::Read(error) }
    }

    pub(crate) fn open(&self, recording: &Arc<Recording>) -> Result<Container, FramesError> {
        let interrupt = self.interrupt.clone();
        let reader = self.reader(recording)?;
        Container::open(reader, move || interrupt(), recording, &self.limits)
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        (self.interrupt)()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// A reader that fails once it is interrupted.
struct Interruptible {
    reader: Box<dyn Reader>,
    interrupt: Arc<dyn Fn() -> bool + Send + Sync>,
}

impl Read for Interruptible {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if (self.interrupt)() {
            return Err(io::Error::other("the extraction was interrupted"));
        }
        self.reader.read(buffer)
    }
}

impl Seek for Interruptible {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.reader.seek(to)
    }
}
