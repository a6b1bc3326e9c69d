//! A video, and the work of getting its frames out.

use crate::{
    Frame, FramesError, Output,
    decoder::{Decoder, MOST_DAMAGED, Work},
    image::{Encoder, Imager, TileMaker, tile_size},
    opener::Opener,
    package::{Extras, Package},
    scenes::scenes,
    sheet::Sheet,
    span::{Span, spans},
    storyboard::Storyboard,
    targets::{Found, Targets, TooMany, range, targets},
    team,
    time::Clock,
    worker::{Pick, Studio},
};
use framezip_contract::{ErrorCode, Extraction, Limits, Select, Source, Tiles, Warning};
use std::{
    cmp::Ordering,
    io::{self, Read, Seek},
    sync::Arc,
};

/// An opened video whose frames have been chosen but not yet decoded.
pub struct Video {
    opener: Arc<Opener>,
    extraction: Extraction,
    decoder: Decoder,
    source: Source,
    /// The first frame's presentation time, in ticks.
    start: i64,
    /// Where the range ends, in ticks.
    end: i64,
    /// How large the first frame's image is.
    image: (u32, u32),
    spans: Vec<Span>,
    /// How many times were asked for that lie outside.
    outside: usize,
}

/// What an extraction came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// How many frames it gave.
    pub frames: u32,
    /// What could not be done.
    pub warnings: Vec<Warning>,
    /// How many packets of the video were read, by all decoders.
    pub packets_read: u64,
    /// How many of them were decoded.
    pub packets_decoded: u64,
}

impl Video {
    /// Opens a video and chooses its frames. Every decoder gets a reader of its own from `open`.
    /// `interrupt` is asked often, and ends every operation when it says `true`. To find scenes takes
    /// decoding all of them, by so many `threads`.
    ///
    /// # Errors
    /// [`FramesError`]; [`FramesError::Media`] where there is nothing to extract.
    pub fn open<R, O, I>(
        open: O,
        interrupt: I,
        extraction: &Extraction,
        limits: &Limits,
        threads: usize,
    ) -> Result<Self, FramesError>
    where
        R: Read + Seek + Send + 'static,
        O: Fn() -> io::Result<R> + Send + Sync + 'static,
        I: Fn() -> bool + Clone + Send + Sync + 'static,
    {
        let opener = Arc::new(Opener::new(open, interrupt, *limits));
        let mut container = opener.open()?;
        let end = match container.find_end()? {
            Some(end) => Some(end),
            None => {
                container = opener.open()?;
                container.last_end()?
            }
        };
        let mut decoder = Decoder::new(container, opener.clone())?;
        decoder.rewind()?;
        let first = decoder.next()?.ok_or_else(|| {
            FramesError::media(
                ErrorCode::CorruptVideo,
                "Not one frame of this video could be decoded. The file is damaged or incomplete.",
            )
        })?;
        let start = crate::shown::time(&first);
        let clock = decoder.container.clock;
        let length = end.map_or(1, |end| end.saturating_sub(start).max(1));
        let source =
            Source { duration: Some(clock.seconds(length)), ..decoder.container.source.clone() };
        check_length(&source, limits)?;
        let bounds = range(extraction, clock, length);
        let found = match extraction.select {
            Select::Keyframes => Found(decoder.keyframes()?),
            Select::Scenes(threshold) => {
                let mut all = Decoder::with_threads(opener.open()?, opener.clone(), threads)?;
                let (from, to) = bounds.ticks(clock);
                let range = (start.saturating_add(from), start.saturating_add(to));
                Found(scenes(&mut all, threshold, range, limits.frames as usize)?)
            }
            _ => Found::default(),
        };
        let found = found.after(start);
        let Targets { ticks, outside } =
            targets(extraction, clock, length, &found, limits.frames as usize)
                .map_err(|TooMany| too_many_frames(limits))?;
        let targets: Vec<_> =
            ticks.into_iter().map(|target| start.saturating_add(target)).collect();
        let end = start.saturating_add(bounds.ticks(clock).1);
        let spans = spans(&decoder.container, &targets, end);
        let image = Imager::new(extraction, limits.pixels)?.image_size(&first);
        let extraction = extraction.clone();
        Ok(Self { opener, extraction, decoder, source, start, end, image, spans, outside })
    }

    /// How many frames are wanted. Equal ones count, although each is given once.
    pub fn total(&self) -> u32 {
        self.spans.iter().map(|span| span.targets.len() as u32).sum()
    }

    /// What the container says of itself.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Gives every file of the zip to `sink`: the wanted frames in time order, between them the
    /// storyboard's images, `frames.json` last. Uses as many decoders as `threads` says, and gives the
    /// same files whatever that is.
    ///
    /// # Errors
    /// [`FramesError`]; [`FramesError::Sink`] with the sink's error; [`ErrorCode::NoFramesInRange`]
    /// where no frame is chosen.
    pub fn extract(
        self,
        threads: usize,
        sink: impl FnMut(Output) -> io::Result<()>,
    ) -> Result<Report, FramesError> {
        let extras = self.extras()?;
        let Self { opener, extraction, decoder, source, start, end, image, spans, outside } = self;
        let another = || {
            let mut decoder = Decoder::new(opener.open()?, opener.clone())?;
            // for Matroska's index
            decoder.rewind()?;
            Ok(decoder)
        };
        let maker = |tiles: Option<Tiles>| {
            tiles.map(|tiles| TileMaker::new(tile_size(tiles.width, image))).transpose()
        };
        let studio = || {
            Ok(Studio {
                imager: Imager::new(&extraction, opener.limits().pixels)?,
                sheet: maker(extraction.sheet)?,
                storyboard: maker(extraction.storyboard)?,
                skip_blank: extraction.skip_blank,
            })
        };
        let clock = decoder.container.clock;
        let seconds = |tick: i64| clock.seconds(tick.saturating_sub(start));
        let milliseconds =
            |tick: i64| clock.milliseconds(tick.saturating_sub(start)).try_into().unwrap_or(0);
        let mut package = Package::new(extraction.clone(), source, extras, sink);
        let mut given = None;
        let mut notes = Notes::new(clock, start, outside);
        let crew = (threads, team::waiting(Encoder::about(extraction.format, image)));
        let work = team::run(decoder, another, studio, &spans, crew, &mut |pick| {
            let picked = match pick {
                // two spans may end and start with the same frame
                Pick::Frame(picked) if given.replace(picked.tick) == Some(picked.tick) => {
                    return Ok(());
                }
                Pick::Frame(picked) => *picked,
                Pick::Missing(tick) => {
                    notes.missing.push(tick);
                    return Ok(());
                }
                Pick::Blank(tick) => {
                    notes.blank.push(tick);
                    return Ok(());
                }
            };
            notes.damaged.extend(picked.damaged.then_some(picked.tick));
            let frame = Frame {
                seconds: seconds(picked.tick),
                milliseconds: milliseconds(picked.tick),
                keyframe: picked.keyframe,
                blank: picked.image.blank,
                width: picked.image.width,
                height: picked.image.height,
            };
            package.add(frame, picked)
        })?;
        let warnings = notes.warnings(&work);
        let frames = package.finish(milliseconds(end), &warnings)?;
        Ok(Report {
            frames,
            warnings,
            packets_read: work.iter().map(|work| work.packets_read).sum(),
            packets_decoded: work.iter().map(|work| work.packets_decoded).sum(),
        })
    }

    fn extras(&self) -> Result<Extras, FramesError> {
        let Extraction { sheet, storyboard, quality, .. } = self.extraction;
        let size = |tiles: Tiles| tile_size(tiles.width, self.image);
        let total = self.total() as usize;
        Ok(Extras {
            sheet: sheet.map(|tiles| Sheet::new(tiles, size(tiles), total)),
            storyboard: storyboard
                .map(|tiles| Storyboard::new(tiles, size(tiles), quality))
                .transpose()?,
        })
    }
}

/// What is to be said when all is done.
struct Notes {
    clock: Clock,
    start: i64,
    outside: usize,
    missing: Vec<i64>,
    blank: Vec<i64>,
    damaged: Vec<i64>,
}

impl Notes {
    fn new(clock: Clock, start: i64, outside: usize) -> Self {
        let (missing, blank, damaged) = (Vec::new(), Vec::new(), Vec::new());
        Self { clock, start, outside, missing, blank, damaged }
    }

    /// In time order, but what is missing last.
    fn warnings(self, work: &[Work]) -> Vec<Warning> {
        let mut undecoded: Vec<_> = work.iter().flat_map(|work| &work.damaged).copied().collect();
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
        warnings.extend(self.blank.first().map(|tick| Warning {
            time: seconds(*tick),
            message: format!(
                "{} of the chosen frames, this one first, are blank until the next, and were left out.",
                self.blank.len()
            ),
        }));
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
