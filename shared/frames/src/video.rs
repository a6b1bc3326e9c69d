//! A video, and the work of getting its frames out.

use crate::{
    FramesError,
    container::Container,
    decoder::{Decoder, MOST_DAMAGED},
    picture::Imager,
    span::{Span, spans},
    targets::{Targets, TooMany, targets},
    team,
    time::Clock,
    worker::Pick,
};
use framezip_contract::{ErrorCode, Extraction, Limits, Select, Source, Warning};
use std::{
    cmp::Ordering,
    io::{self, Read, Seek},
};

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
pub struct Video<O, I> {
    open: O,
    interrupt: I,
    extraction: Extraction,
    limits: Limits,
    decoder: Decoder,
    source: Source,
    /// The first frame's presentation time, in ticks.
    start: i64,
    spans: Vec<Span>,
    /// How many times were asked for that lie outside.
    outside: usize,
}

impl<R, O, I> Video<O, I>
where
    R: Read + Seek + Send + 'static,
    O: Fn() -> io::Result<R> + Sync,
    I: Fn() -> bool + Clone + Send + Sync + 'static,
{
    /// Opens a video and chooses its frames. Every decoder gets a reader of its own from `open`.
    /// `interrupt` is asked often, and ends every operation when it says `true`.
    ///
    /// # Errors
    /// [`FramesError`]; [`FramesError::Media`] where there is nothing to extract.
    pub fn open(
        open: O,
        interrupt: I,
        extraction: &Extraction,
        limits: &Limits,
    ) -> Result<Self, FramesError> {
        let reader = open().map_err(FramesError::Read)?;
        let mut container = Container::open(reader, interrupt.clone(), limits)?;
        let end = container.find_end()?;
        let mut decoder = Decoder::new(container, interrupt.clone(), limits)?;
        let first = decoder.next()?.ok_or_else(|| {
            FramesError::media(
                ErrorCode::CorruptVideo,
                "Not one frame of this video could be decoded. The file is damaged or incomplete.",
            )
        })?;
        let start = first.timestamp().ok_or_else(|| {
            FramesError::media(
                ErrorCode::NotAVideo,
                "This file is a bare video stream that tells no times. Put it into an MP4 or \
                 Matroska file and send that.",
            )
        })?;
        let clock = decoder.container.clock;
        let span = end.saturating_sub(start).max(1);
        let source =
            Source { duration: Some(clock.seconds(span)), ..decoder.container.source.clone() };
        check_length(&source, limits)?;
        let keyframes = match extraction.select {
            Select::Keyframes => decoder.keyframes()?,
            _ => Vec::new(),
        };
        let keyframes: Vec<_> =
            keyframes.into_iter().map(|tick| tick.saturating_sub(start)).collect();
        let Targets { ticks, outside } =
            targets(extraction, clock, span, &keyframes, limits.frames as usize)
                .map_err(|TooMany| too_many_frames(limits))?;
        let targets: Vec<_> =
            ticks.into_iter().map(|target| start.saturating_add(target)).collect();
        let spans = spans(&decoder.container, &targets);
        let (extraction, limits) = (extraction.clone(), *limits);
        Ok(Self { open, interrupt, extraction, limits, decoder, source, start, spans, outside })
    }

    /// How many frames are wanted. Equal ones count, although each is given once.
    pub fn total(&self) -> u32 {
        self.spans.iter().map(|span| span.len() as u32).sum()
    }

    /// What the container says of itself.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Gives every wanted frame to `sink`, in time order, and returns what could not be done. Uses as
    /// many decoders as `threads` says, and gives the same frames whatever that is.
    ///
    /// # Errors
    /// [`FramesError`]; [`FramesError::Sink`] with the sink's error.
    pub fn extract(
        self,
        threads: usize,
        mut sink: impl FnMut(Frame) -> io::Result<()>,
    ) -> Result<Vec<Warning>, FramesError> {
        let Self { open, interrupt, extraction, limits, decoder, start, spans, outside, .. } = self;
        let another = || {
            let reader = open().map_err(FramesError::Read)?;
            let mut container = Container::open(reader, interrupt.clone(), &limits)?;
            // for Matroska's index
            container.rewind()?;
            Decoder::new(container, interrupt.clone(), &limits)
        };
        let imager = || Imager::new(&extraction, limits.pixels);
        let clock = decoder.container.clock;
        let mut given = None;
        let mut notes = Notes { clock, start, outside, missing: Vec::new(), damaged: Vec::new() };
        let undecoded = team::run(decoder, another, imager, &spans, threads, &mut |pick| {
            let Pick::Frame { tick, keyframe, damaged, image } = pick else {
                notes.missing.extend(pick.missing());
                return Ok(());
            };
            // two spans may end and start with the same frame
            if given.replace(tick) == Some(tick) {
                return Ok(());
            }
            notes.damaged.extend(damaged.then_some(tick));
            let ticks = tick.saturating_sub(start);
            sink(Frame {
                seconds: clock.seconds(ticks),
                milliseconds: u64::try_from(clock.milliseconds(ticks)).unwrap_or(0),
                keyframe,
                width: image.width,
                height: image.height,
                jpeg: image.jpeg,
            })
            .map_err(FramesError::Sink)
        })?;
        Ok(notes.warnings(undecoded))
    }
}

/// What is to be said when all is done.
struct Notes {
    clock: Clock,
    start: i64,
    outside: usize,
    missing: Vec<i64>,
    damaged: Vec<i64>,
}

impl Notes {
    /// In time order, but what is missing last.
    fn warnings(self, mut undecoded: Vec<i64>) -> Vec<Warning> {
        undecoded.sort_unstable();
        undecoded.dedup();
        // each decoder notes so many; the first ones are the same however the work was split
        undecoded.truncate(MOST_DAMAGED);
        let seconds =
            |tick: i64| Some(self.clock.seconds(tick.saturating_sub(self.start)).max(0.0));
        let undecoded = undecoded.iter().map(|tick| Warning {
            time: seconds(*tick),
            message: "This part of the video is damaged and could not be decoded.".to_owned(),
        });
        let damaged = self.damaged.iter().map(|tick| Warning {
            time: seconds(*tick),
            message: "This frame is damaged: parts of its image may be wrong.".to_owned(),
        });
        let missing = self.missing.first().map(|tick| Warning {
            time: seconds(*tick),
            message: format!(
                "The file ends before its video does: {} of the chosen frames, from here on, are \
                 missing.",
                self.missing.len()
            ),
        });
        let mut warnings: Vec<_> = undecoded.chain(damaged).collect();
        warnings.sort_by(|one, other| one.time.partial_cmp(&other.time).unwrap_or(Ordering::Equal));
        warnings.extend(missing);
        warnings.extend((self.outside > 0).then(|| Warning {
            time: None,
            message: format!(
                "{} of the times asked for lie outside the video or the range.",
                self.outside
            ),
        }));
        warnings
    }
}

fn check_length(source: &Source, limits: &Limits) -> Result<(), FramesError> {
    let limit = f64::from(limits.duration_seconds);
    match source.duration {
        Some(seconds) if seconds > limit => Err(FramesError::media(
            ErrorCode::TooLong,
            format!("This video is {seconds:.0} seconds long. At most {limit} are allowed."),
        )),
        _ => Ok(()),
    }
}

fn too_many_frames(limits: &Limits) -> FramesError {
    FramesError::media(
        ErrorCode::TooManyFrames,
        format!("These options choose more than {} frames. Choose fewer.", limits.frames),
    )
}
