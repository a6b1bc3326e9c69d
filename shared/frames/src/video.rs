//! A video, and the work of getting its frames out.

use crate::{
    FramesError, Output, Part, Plan, Report,
    decoder::Decoder,
    image::{Encoder, Imager, TileMaker},
    opener::Opener,
    package::Package,
    scenes::scenes,
    span::spans,
    targets::{Found, Targets, TooMany, range, targets},
    team,
    worker::Studio,
};
use framezip_contract::{ErrorCode, Extraction, Limits, Select, Source, Tiles};
use std::{
    io::{self, Read, Seek},
    ops::{ControlFlow, Range},
    sync::Arc,
};

/// An opened video whose frames have been chosen but not yet decoded.
pub struct Video {
    opener: Arc<Opener>,
    decoder: Decoder,
    plan: Plan,
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
        let end = match container.find_end(&opener)? {
            Some(end) => Some(end),
            None => {
                container = opener.open()?;
                container.last_end()?
            }
        };
        let mut decoder = Decoder::new(container, opener.clone())?;
        let first = decoder.first()?.ok_or_else(|| {
            FramesError::media(
                ErrorCode::CorruptVideo,
                "Not one frame of this video could be decoded. The file is damaged or incomplete.",
            )
        })?;
        let start = crate::shown::time(&first);
        let clock = decoder.container.clock;
        let length = end.map_or(1, |end| {
            let from = if end.is_presented { start } else { decoder.container.start_hint() };
            end.tick.saturating_sub(from).max(1)
        });
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
        let last = bounds.ticks(clock).1;
        let plan = Plan {
            extraction: extraction.clone(),
            source,
            start,
            end: start.saturating_add(last),
            end_milliseconds: clock.milliseconds(last).try_into().unwrap_or(0),
            targets: ticks.into_iter().map(|target| start.saturating_add(target)).collect(),
            outside,
            image: Imager::new(extraction, limits.pixels)?.image_size(&first),
        };
        Ok(Self { opener, decoder, plan })
    }

    /// Opens a video whose frames have been chosen.
    ///
    /// # Errors
    /// As those of [`Video::open`].
    pub fn resume<R, O, I>(
        open: O,
        interrupt: I,
        plan: Plan,
        limits: &Limits,
    ) -> Result<Self, FramesError>
    where
        R: Read + Seek + Send + 'static,
        O: Fn() -> io::Result<R> + Send + Sync + 'static,
        I: Fn() -> bool + Clone + Send + Sync + 'static,
    {
        let opener = Arc::new(Opener::new(open, interrupt, *limits));
        let decoder = Decoder::open(&opener)?;
        Ok(Self { opener, decoder, plan })
    }

    /// What is to be extracted.
    pub fn plan(&self) -> &Plan {
        &self.plan
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
        mut sink: impl FnMut(Output) -> io::Result<()>,
    ) -> Result<Report, FramesError> {
        let plan = self.plan.clone();
        let all = 0..plan.total();
        let mut part = self.part(all, threads, |output| sink(output).map(ControlFlow::Continue))?;
        let poster = part.take_poster();
        let (files, report) = plan.finish(&[part], poster)?;
        files.into_iter().try_for_each(sink).map_err(FramesError::Sink)?;
        Ok(report)
    }

    /// Gives the files of some targets to `sink`, those that [`Plan::finish`] does not give. Where the
    /// sink breaks, the part ends as soon as it can, which its `targets` tell.
    ///
    /// The parts of a plan, in order, give the same files however they are cut, if each begins at a
    /// multiple of [`Plan::step`].
    ///
    /// # Errors
    /// [`FramesError`]; [`FramesError::Sink`] with the sink's error.
    pub fn part(
        self,
        targets: Range<u32>,
        threads: usize,
        sink: impl FnMut(Output) -> io::Result<ControlFlow<()>>,
    ) -> Result<Part, FramesError> {
        let Self { opener, decoder, plan } = self;
        let extraction = &plan.extraction;
        let maker = |tiles: Option<Tiles>| {
            tiles.map(|tiles| TileMaker::new(plan.tile_size(tiles))).transpose()
        };
        let studio = || {
            Ok(Studio {
                imager: Imager::new(extraction, opener.limits().pixels)?,
                sheet: maker(extraction.sheet)?,
                storyboard: maker(extraction.storyboard)?,
                skip_blank: extraction.skip_blank,
            })
        };
        // the target before tells whether the first one's frame was given already
        let range = targets.start.saturating_sub(1) as usize..targets.end as usize;
        let spans = spans(&decoder.container, &plan.targets, range, plan.end);
        let clock = decoder.container.clock;
        let mut package = Package::new(&plan, clock, targets, sink)?;
        let crew = (threads, team::waiting(Encoder::about(extraction.format, plan.image)));
        let work =
            team::run(decoder, &opener, studio, &spans, crew, &mut |pick| package.take(pick))?;
        package.finish(&work)
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
