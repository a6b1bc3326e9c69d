//! A video, and the work of getting its frames out.

use crate::{
    FramesError, Output, Part, Plan, Report,
    decode::{
        decoder::Decoder, gop_span::spans, scenes::scenes, span_decoder::Studio, worker_pool,
    },
    demux::opener::Opener,
    image::{Encoder, Imager, TileMaker},
    output::package::Package,
    probe::file::Opened,
    select::targets::{Found, Targets, TooMany, range, targets},
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
        let opened = Opened::new(&opener, extraction)?;
        let Opened { decoder, source, timeline, recordings, warnings, decoders, image, largest } =
            opened;
        let (clock, length) = (timeline.clock, timeline.length());
        let source = Source { duration: Some(clock.seconds(length)), ..source };
        check_length(&source, limits)?;
        let bounds = range(extraction, clock, length);
        let (from, to) = bounds.ticks(clock);
        let mut video = Self {
            opener,
            decoder,
            plan: Plan {
                extraction: extraction.clone(),
                source,
                timeline,
                recordings,
                end: to,
                end_milliseconds: clock.milliseconds(to).try_into().unwrap_or(0),
                targets: Vec::new(),
                outside: 0,
                warnings,
                image,
                largest,
                decoders,
            },
        };
        let found = match extraction.select {
            Select::Keyframes => Found(video.keyframes(limits.frames as usize)?),
            Select::Scenes(threshold) => {
                Found(video.scenes(threshold, from..to, limits.frames as usize, threads)?)
            }
            _ => Found::default(),
        };
        let Targets { ticks, outside } =
            targets(extraction, clock, length, &found, limits.frames as usize)
                .map_err(|TooMany| too_many_frames(limits))?;
        (video.plan.targets, video.plan.outside) = (ticks, outside);
        // damage on the way here is found again if it matters
        video.decoder.take_damaged();
        Ok(video)
    }

    /// When the keyframes appear, in ticks of the timeline.
    fn keyframes(&mut self, most: usize) -> Result<Vec<i64>, FramesError> {
        let mut ticks = Vec::new();
        for (number, recording) in self.plan.recordings.iter().enumerate() {
            let found = match number {
                0 => self.decoder.keyframes()?,
                _ => Decoder::open(&self.opener, recording)?.keyframes()?,
            };
            ticks.extend(self.plan.timeline.ticks(number, &found, most.saturating_add(1)));
        }
        ticks.sort_unstable();
        Ok(ticks)
    }

    /// When scenes begin in a range of the timeline, in its ticks: each piece begins one.
    fn scenes(
        &self,
        threshold: f64,
        range: Range<i64>,
        most: usize,
        threads: usize,
    ) -> Result<Vec<i64>, FramesError> {
        let mut ticks = Vec::new();
        let mut decoder: Option<Decoder> = None;
        for piece in self.plan.timeline.pieces() {
            let (from, to) = (range.start.max(piece.shown.start), range.end.min(piece.shown.end));
            if from >= to || ticks.len() > most {
                continue;
            }
            let recording = &self.plan.recordings[piece.recording];
            let known = decoder.take().filter(|known| known.is_of(recording));
            let all = decoder.insert(match known {
                Some(known) => known,
                None => {
                    let container = self.opener.open(recording)?;
                    Decoder::with_threads(container, self.opener.clone(), threads)?
                }
            });
            let end = if to < piece.shown.end { piece.timestamp(to) } else { piece.media.end };
            let media = (piece.timestamp(from), end);
            let mut found = scenes(all, threshold, media, most)?;
            if !all.take_damaged().is_empty() && threads > 1 {
                // threads conceal damage with whatever another thread has done
                let container = self.opener.open(recording)?;
                let mut single = Decoder::new(container, self.opener.clone())?;
                found = scenes(&mut single, threshold, media, most)?;
            }
            ticks.extend(found.into_iter().map(|time| piece.tick(time)));
        }
        Ok(ticks)
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
        let decoder = Decoder::open(&opener, &plan.recordings[0])?;
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
        let base = decoder.container.base();
        let studio = || {
            Ok(Studio {
                imager: Imager::new(extraction, opener.limits().pixels)?.with_base(base),
                sheet: maker(extraction.sheet)?,
                storyboard: maker(extraction.storyboard)?,
                skip_blank: extraction.skip_blank,
            })
        };
        // the target before tells whether the first one's frame was given already
        let range = targets.start.saturating_sub(1) as usize..targets.end as usize;
        let Plan { timeline, recordings, .. } = &plan;
        let spans = spans(&decoder, &opener, recordings, timeline, &plan.targets, range, plan.end)?;
        let mut package = Package::new(&plan, targets, sink)?;
        let threads = threads.min(plan.decoders);
        let pool = (threads, worker_pool::waiting(Encoder::about(extraction.format, plan.largest)));
        let work =
            worker_pool::run(decoder, &opener, recordings, studio, &spans, pool, &mut |pick| {
                package.take(pick)
            })?;
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
