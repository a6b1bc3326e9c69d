//! The source of a video's bytes, and their way into FFmpeg.
//!
//! FFmpeg turns every error of a reader into an end of file or bad data, so a network fault would look like a
//! damaged video. The reader in this module keeps the fault for the caller to find.

use crate::{
    FramesError,
    demux::{
        layout::{self, View},
        recording::{Edits, Recording},
    },
};
use ffmpeg_next::{
    Dictionary, Error as FfmpegError, ffi,
    format::context::{Input, StreamIo},
    util::interrupt,
};
use framezip_contract::Limits;
use std::{
    io::{self, Read, Seek, SeekFrom},
    ptr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// The number of bytes that FFmpeg asks its reader for at once.
const READ_SIZE: usize = 64 << 10;

/// The bytes of a file.
pub(crate) trait MediaReader: Read + Seek + Send {}

impl<R: Read + Seek + Send> MediaReader for R {}

type OpenReader = dyn Fn() -> Result<Box<dyn MediaReader>, FramesError> + Send + Sync;
type Interrupt = dyn Fn() -> bool + Send + Sync;

/// The file that every decoder of a video reads, each with a reader of its own.
pub(crate) struct MediaSource {
    open: Box<OpenReader>,
    interrupt: Arc<Interrupt>,
    halted: Arc<AtomicBool>,
    limits: Limits,
}

impl MediaSource {
    /// `open` returns a new reader of the file. `interrupt` is called often, and ends every operation when it
    /// returns `true`.
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
            let reader: Box<dyn MediaReader> = Box::new(open().map_err(FramesError::Read)?);
            Ok(reader)
        };
        Self { open: Box::new(open), interrupt, halted, limits }
    }

    /// Interrupts every operation on the file.
    pub(crate) fn halt(&self) {
        self.halted.store(true, Ordering::Relaxed);
    }

    /// Returns the recordings that the file holds, as far as its bytes show them.
    pub(crate) fn recordings(&self) -> Result<Vec<Recording>, FramesError> {
        if self.is_interrupted() {
            return Err(FramesError::Interrupted);
        }
        let extents =
            layout::extents(&mut self.interruptible()?).map_err(|error| self.read_error(error))?;
        Ok(extents.into_iter().map(Recording::new).collect())
    }

    /// Returns a reader of a recording's bytes.
    pub(crate) fn reader(
        &self,
        recording: &Recording,
    ) -> Result<Box<dyn MediaReader>, FramesError> {
        let view = View::new(self.interruptible()?, &recording.extent);
        Ok(Box::new(view.map_err(|error| self.read_error(error))?))
    }

    fn interruptible(&self) -> Result<InterruptibleReader, FramesError> {
        Ok(InterruptibleReader { reader: (self.open)()?, interrupt: self.interrupt.clone() })
    }

    /// Converts an error of reading the file.
    pub(crate) fn read_error(&self, error: io::Error) -> FramesError {
        if self.is_interrupted() { FramesError::Interrupted } else { FramesError::Read(error) }
    }

    /// Opens a recording as a container, whatever its format. Before [`probe`] not everything about it is
    /// known.
    pub(crate) fn open_input(
        &self,
        recording: &Recording,
        fault: &ReaderFault,
    ) -> Result<Input, FramesError> {
        let interrupt = self.interrupt.clone();
        open_input(self.reader(recording)?, move || interrupt(), recording.edits, fault)
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        (self.interrupt)()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// A reader that fails once it is interrupted.
struct InterruptibleReader {
    reader: Box<dyn MediaReader>,
    interrupt: Arc<Interrupt>,
}

impl Read for InterruptibleReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if (self.interrupt)() {
            return Err(io::Error::other("the extraction was interrupted"));
        }
        self.reader.read(buffer)
    }
}

impl Seek for InterruptibleReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.reader.seek(to)
    }
}

/// The first fault of a reader, or its interruption.
#[derive(Clone, Default)]
pub(crate) struct ReaderFault(Arc<Mutex<Option<FramesError>>>);

impl ReaderFault {
    /// Takes the fault, if there was one.
    pub(crate) fn check(&self) -> Result<(), FramesError> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn keep(&self, error: FramesError) {
        let mut fault = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        fault.get_or_insert(error);
    }

    fn note(&self, error: io::Error) -> io::Error {
        let kind = error.kind();
        if kind != io::ErrorKind::Interrupted {
            self.keep(FramesError::Read(error));
        }
        kind.into()
    }
}

fn open_input(
    reader: Box<dyn MediaReader>,
    interrupt: impl FnMut() -> bool + Clone + Send + 'static,
    edits: Edits,
    fault: &ReaderFault,
) -> Result<Input, FramesError> {
    let watched = WatchedReader { reader, interrupt: interrupt.clone(), fault: fault.clone() };
    let mut io = StreamIo::from_read_seek_with_capacity(watched, READ_SIZE)
        .map_err(|error| FramesError::library("StreamIo", error))?;
    let interrupt = interrupt::new(Box::new(interrupt));
    let mut options = Dictionary::new();
    if edits == Edits::Timeline {
        options.set("ignore_editlist", "1");
    }
    // SAFETY: the context is valid from its allocation on, and belongs to the input once it is open; if
    // it cannot be opened, FFmpeg frees it. The reader and the interrupt outlive it either way. The
    // options are taken back afterwards.
    let opened = unsafe {
        let mut context = ffi::avformat_alloc_context();
        if context.is_null() {
            return Err(FramesError::library("avformat_alloc_context", "no memory"));
        }
        (*context).interrupt_callback = interrupt.interrupt;
        (*context).pb = io.as_mut_ptr();
        (*context).flags |= ffi::AVFMT_FLAG_CUSTOM_IO;
        let mut options = options.disown();
        let (name, format) = (ptr::null(), ptr::null());
        let code = ffi::avformat_open_input(&raw mut context, name, format, &raw mut options);
        drop(Dictionary::own(options));
        match code {
            0 => Ok(Input::wrap_with_custom_io_and_interrupt(context, io, interrupt.guard)),
            code => Err(FfmpegError::from(code)),
        }
    };
    fault.check()?;
    opened.map_err(FramesError::opening)
}

/// Makes sure that the processor has what FFmpeg's libraries are built for (`layers/ffmpeg/build.sh`).
pub(crate) fn check_processor() -> Result<(), FramesError> {
    #[cfg(target_arch = "x86_64")]
    if !(is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("fma"))
    {
        let reason = "the processor is older than x86-64-v3: AVX2, BMI2, LZCNT and FMA are needed";
        return Err(FramesError::library("FFmpeg", reason));
    }
    Ok(())
}

/// Reads a container's packets for facts that its header lacks. FFmpeg may decode a few pictures for that, of at
/// most `pixels` pixels each; the limit does not apply to streams that appear only during probing.
pub(crate) fn probe(
    input: &mut Input,
    pixels: u64,
    fault: &ReaderFault,
) -> Result<(), FramesError> {
    let most = pixels.min(i32::MAX as u64).to_string();
    let options = || Dictionary::from_iter([("max_pixels", &*most)]);
    // SAFETY: the context is open; there are options for each of its streams, taken back afterwards.
    let code = unsafe {
        let mut all: Vec<_> = (0..input.nb_streams()).map(|_| options().disown()).collect();
        let code = ffi::avformat_find_stream_info(input.as_mut_ptr(), all.as_mut_ptr());
        all.into_iter().for_each(|left| drop(Dictionary::own(left)));
        code
    };
    fault.check()?;
    if code < 0 { Err(FramesError::opening(code.into())) } else { Ok(()) }
}

/// A reader that can be interrupted and keeps its first fault.
struct WatchedReader<R, I> {
    reader: R,
    interrupt: I,
    fault: ReaderFault,
}

impl<R, I: FnMut() -> bool> WatchedReader<R, I> {
    fn check_interrupt(&mut self) -> io::Result<()> {
        if (self.interrupt)() {
            self.fault.keep(FramesError::Interrupted);
            return Err(io::ErrorKind::Other.into());
        }
        Ok(())
    }
}

impl<R: Read, I: FnMut() -> bool> Read for WatchedReader<R, I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.check_interrupt()?;
        self.reader.read(buffer).map_err(|error| self.fault.note(error))
    }
}

impl<R: Seek, I: FnMut() -> bool> Seek for WatchedReader<R, I> {
    /// A seek to a place that does not exist is a fault of the media, not of the reader.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.check_interrupt()?;
        self.reader.seek(to).map_err(|error| {
            if error.kind() == io::ErrorKind::InvalidInput { error } else { self.fault.note(error) }
        })
    }
}
