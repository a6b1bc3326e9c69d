//! A video, and the run through it that picks its frames.

use crate::{
    FramesError,
    container::Container,
    decoder::Decoder,
    picture::{Encoded, Imager},
    targets::Targets,
};
use ffmpeg_next::frame;
use framezip_contract::{ErrorCode, Extraction, Limits, Source, Warning};
use std::io::{self, Read, Seek};

/// One extracted frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Its presentation time in seconds from the video's first frame.
    pub seconds: f64,
    /// The same in whole milliseconds, to the nearest.
    pub milliseconds: u64,
    /// Whether it is a keyframe.
    pub keyframe: bool,
    /// The image's width in pixels.
    pub width: u32,
    /// The image's height in pixels.
    pub height: u32,
    /// The image.
    pub jpeg: Vec<u8>,
}

/// An opened video whose frames have been chosen but not yet decoded.
pub struct Video {
    decoder: Decoder,
    imager: Imager,
    targets: Targets,
    limits: Limits,
    /// The first frame's presentation time, in ticks.
    start: i64,
    first: frame::Video,
}

impl Video {
    /// Opens a video and chooses its frames. `interrupt` is asked often, and ends every operation
    /// when it says `true`.
    ///
    /// # Errors
    /// [`FramesError`]; [`FramesError::Media`] where there is nothing to extract.
    pub fn open<R, I>(
        reader: R,
        interrupt: I,
        extraction: &Extraction,
        limits: &Limits,
    ) -> Result<Self, FramesError>
    where
        R: Read + Seek + Send + 'static,
        I: FnMut() -> bool + Send + 'static,
    {
        let container = Container::open(reader, interrupt, limits)?;
        let mut decoder = Decoder::new(container, limits)?;
        let first = decoder.next()?.ok_or_else(|| {
            FramesError::media(
                ErrorCode::CorruptVideo,
                "Not one frame of this video could be decoded. The file is damaged or incomplete.",
            )
        })?;
        let start = first.timestamp().unwrap_or_else(|| decoder.container.start_hint());
        let span = decoder.container.end.map(|end| end.saturating_sub(start).max(1));
        let targets = Targets::new(extraction.select, decoder.container.clock, span);
        if targets.total().is_some_and(|total| total > limits.frames.into()) {
            return Err(too_many_frames(limits));
        }
        let imager = Imager::new(extraction)?;
        Ok(Self { decoder, imager, targets, limits: *limits, start, first })
    }

    /// How many frames are wanted, where the video's length is known. Equal ones count, although
    /// each is given once.
    pub fn total(&self) -> Option<u32> {
        self.targets.total().and_then(|total| total.try_into().ok())
    }

    /// What the container says of itself.
    pub fn source(&self) -> &Source {
        &self.decoder.container.source
    }

    /// Gives every wanted frame to `sink`, in time order, and returns what could not be done.
    ///
    /// # Errors
    /// [`FramesError`]; [`FramesError::Sink`] with the sink's error.
    pub fn extract(
        mut self,
        mut sink: impl FnMut(Frame) -> io::Result<()>,
    ) -> Result<Vec<Warning>, FramesError> {
        let mut shown = Shown { picture: self.first.clone(), next: None };
        let mut given: Option<i64> = None;
        let mut frames = 0;
        let mut missing = Vec::new();
        for target in self.targets.clone() {
            let tick = self.start.saturating_add(target);
            if !self.advance(&mut shown, tick)? {
                let clock = self.decoder.container.clock;
                if self.targets.total().is_none() {
                    break;
                }
                missing.push(clock.seconds(target));
                continue;
            }
            let time = shown.time();
            if given == Some(time) {
                continue;
            }
            given = Some(time);
            frames += 1;
            if frames > self.limits.frames {
                return Err(too_many_frames(&self.limits));
            }
            sink(self.image(&shown.picture, time)?).map_err(FramesError::Sink)?;
        }
        let mut warnings: Vec<_> = self.decoder.warnings(self.start).collect();
        warnings.extend(missing.first().map(|first| Warning {
            time: Some(*first),
            message: format!(
                "The file ends before its video does: {} of the chosen frames, from here on, are \
                 missing.",
                missing.len()
            ),
        }));
        Ok(warnings)
    }

    /// Decodes until `shown` is the picture on screen at `tick`. `false`: the file has ended before.
    fn advance(&mut self, shown: &mut Shown, tick: i64) -> Result<bool, FramesError> {
        if shown.next_is_after(tick) {
            return Ok(true);
        }
        if self.decoder.skip_to(tick)? {
            self.land(shown, tick)?;
        }
        while !shown.next_is_after(tick) {
            match self.decoder.next()? {
                Some(picture) => shown.push(picture),
                None => return Ok(tick < shown.end() || tick == self.start),
            }
        }
        Ok(true)
    }

    /// After a seek: the first picture must not be behind `tick`, or the index was wrong and the
    /// way leads from the start.
    fn land(&mut self, shown: &mut Shown, tick: i64) -> Result<(), FramesError> {
        let landed = self.decoder.next()?;
        match landed.map(|picture| Shown { picture, next: None }) {
            Some(at) if at.time() <= tick => *shown = at,
            _ => {
                self.decoder.rewind()?;
                if let Some(picture) = self.decoder.next()? {
                    *shown = Shown { picture, next: None };
                }
            }
        }
        Ok(())
    }

    fn image(&mut self, picture: &frame::Video, time: i64) -> Result<Frame, FramesError> {
        let Encoded { width, height, jpeg } = self.imager.encode(picture)?;
        let clock = self.decoder.container.clock;
        let ticks = time.saturating_sub(self.start);
        Ok(Frame {
            seconds: clock.seconds(ticks),
            milliseconds: u64::try_from(clock.milliseconds(ticks)).unwrap_or(0),
            keyframe: picture.is_key(),
            width,
            height,
            jpeg,
        })
    }
}

/// The picture on screen and, once it is known, the one that follows.
struct Shown {
    picture: frame::Video,
    next: Option<frame::Video>,
}

fn time(picture: &frame::Video) -> i64 {
    picture.timestamp().unwrap_or(i64::MIN)
}

impl Shown {
    fn time(&self) -> i64 {
        time(&self.picture)
    }

    /// When it goes off screen if nothing follows.
    fn end(&self) -> i64 {
        // SAFETY: the frame is valid for as long as it is borrowed.
        let duration = unsafe { (*self.picture.as_ptr()).duration };
        self.time().saturating_add(duration.max(1))
    }

    fn next_is_after(&mut self, tick: i64) -> bool {
        match self.next.take() {
            Some(next) if time(&next) > tick => {
                self.next = Some(next);
                true
            }
            Some(next) => {
                self.picture = next;
                false
            }
            None => false,
        }
    }

    fn push(&mut self, picture: frame::Video) {
        self.next = Some(picture);
    }
}

fn too_many_frames(limits: &Limits) -> FramesError {
    FramesError::media(
        ErrorCode::TooManyFrames,
        format!("These options choose more than {} frames. Choose a longer step.", limits.frames),
    )
}
