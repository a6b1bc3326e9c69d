//! What every decoder of a video starts from.

use crate::{FramesError, container::Container};
use framezip_contract::Limits;
use std::{
    io::{self, Read, Seek},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Opens one video, as often as there are decoders of it.
pub(crate) struct Opener {
    open: Box<dyn Fn() -> Result<Container, FramesError> + Send + Sync>,
    interrupt: Box<dyn Fn() -> bool + Send + Sync>,
    halted: Arc<AtomicBool>,
    limits: Limits,
}

impl Opener {
    /// Every container gets a reader of its own from `open`. `interrupt` is asked often, and ends every
    /// operation when it says `true`.
    pub(crate) fn new<R, O, I>(open: O, interrupt: I, limits: Limits) -> Self
    where
        R: Read + Seek + Send + 'static,
        O: Fn() -> io::Result<R> + Send + Sync + 'static,
        I: Fn() -> bool + Clone + Send + Sync + 'static,
    {
        let halted = Arc::new(AtomicBool::new(false));
        let is_halted = halted.clone();
        let interrupt = move || is_halted.load(Ordering::Relaxed) || interrupt();
        let asked = interrupt.clone();
        let open = move || {
            let reader = open().map_err(FramesError::Read)?;
            Container::open(reader, asked.clone(), &limits)
        };
        Self { open: Box::new(open), interrupt: Box::new(interrupt), halted, limits }
    }

    /// Interrupts everything: nobody wants more.
    pub(crate) fn halt(&self) {
        self.halted.store(true, Ordering::Relaxed);
    }

    pub(crate) fn open(&self) -> Result<Container, FramesError> {
        (self.open)()
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        (self.interrupt)()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}
