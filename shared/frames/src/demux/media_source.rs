//! The bytes' way into FFmpeg.
//!
//! FFmpeg turns every error of a reader into an end of file or bad data, so a network fault would
//! look like a damaged video. The reader in here remembers the fault, for the caller to find.

use crate::{FramesError, demux::recording::Edits};
use ffmpeg_next::{
    Dictionary, Error as FfmpegError, ffi,
    format::context::{Input, StreamIo},
    util::interrupt,
};
use std::{
    io::{self, Read, Seek, SeekFrom},
    ptr,
    sync::{Arc, Mutex, PoisonError},
};

/// How much FFmpeg asks its reader for at once, in bytes.
const READ_SIZE: usize = 64 << 10;

/// The bytes of a file.
pub(crate) trait Reader: Read + Seek + Send {}

impl<R: Read + Seek + Send> Reader for R {}

/// The first fault of a reader, or that it was interrupted.
#[derive(Clone, Default)]
pub(crate) struct Fault(Arc<Mutex<Option<FramesError>>>);

impl Fault {
    /// The fault, if there was one; once.
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

/// Opens a container by its header, whatever its format. Before `probe` it does not know everything.
/// Once `interrupt` returns `true`, nothing more is read.
pub(crate) fn open(
    reader: Box<dyn Reader>,
    interrupt: impl FnMut() -> bool + Clone + Send + 'static,
    edits: Edits,
    fault: &Fault,
) -> Result<Input, FramesError> {
    let watched = Watched { reader, interrupt: interrupt.clone(), fault: fault.clone() };
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

/// Makes sure of what FFmpeg's libraries are built for (`layers/ffmpeg/build.sh`).
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

/// Looks at a container's packets for what its header does not tell, which may take decoding a few
/// pictures: of at most so many pixels, but for streams that turn up only now.
pub(crate) fn probe(input: &mut Input, pixels: u64, fault: &Fault) -> Result<(), FramesError> {
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

/// A reader that is interrupted, and whose first fault is kept.
struct Watched<R, I> {
    reader: R,
    interrupt: I,
    fault: Fault,
}

impl<R, I: FnMut() -> bool> Watched<R, I> {
    fn ask(&mut self) -> io::Result<()> {
        if (self.interrupt)() {
            self.fault.keep(FramesError::Interrupted);
            return Err(io::ErrorKind::Other.into());
        }
        Ok(())
    }
}

impl<R: Read, I: FnMut() -> bool> Read for Watched<R, I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.ask()?;
        self.reader.read(buffer).map_err(|error| self.fault.note(error))
    }
}

impl<R: Seek, I: FnMut() -> bool> Seek for Watched<R, I> {
    /// A seek to a place that does not exist comes from the media, not from the reader.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.ask()?;
        self.reader.seek(to).map_err(|error| {
            if error.kind() == io::ErrorKind::InvalidInput { error } else { self.fault.note(error) }
        })
    }
}
