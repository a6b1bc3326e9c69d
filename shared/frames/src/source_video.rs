//! A video, and the extraction of its frames.

use crate::{
    FramesError,
    decode::{
        decoder::Decoder,
        gop_span::gop_spans,
        scenes::scenes,
        span_decoder::SpanRenderer,
        worker_pool::{self, PoolConfig},
    },
    demux::{container::Container, media_source::MediaSource},
    image::{Encoder, ImageRenderer, TileMaker},
    output::{
        segment::{ExtractedSegment, OutputFile},
        zip_files::{ExtractionReport, SegmentWriter},
    },
    probe::file::ProbedFile,
    select::{
        plan::Plan,
        targets::{Targets, TooManyTargets, range, targets},
    },
};
use framezip_contract::{ErrorCode, Extraction, Limits, Select, Source, Tiles};
use std::{
    io::{self, Read, Seek},
    ops::{ControlFlow, Range},
    sync::Arc,
};

/// An opened video whose frames are chosen but not yet decoded.
pub struct SourceVideo {
    media: Arc<MediaSource>,
    decoder: Decoder,
    plan: Plan,
}

impl SourceVideo {
    /// Opens a video and chooses its frames. `open` returns a new reader of the file for each decoder. `interrupt` is
    /// called often, and ends every operation when it returns `true`. If the options choose scenes, all of the range is
    /// decoded with this number of `threads`.
    ///
    /// # Errors
    /// [`FramesError`]; [`FramesError::Media`] if no frame can be extracted.
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
        let media = Arc::new(MediaSource::new(open, interrupt, *limits));
        let mut video = Self::probe(media, extraction)?;
        video.choose(threads)?;
        // if this damage concerns a chosen frame, it is found again
        video.decoder.take_damaged();
        Ok(video)
    }

    /// Opens all recordings of a file. Returns a plan without targets.
    fn probe(media: Arc<MediaSource>, extraction: &Extraction) -> Result<Self, FramesError> {
        let probed = ProbedFile::new(&media, extraction)?;
        let ProbedFile {
            decoder,
            source,
            timeline,
            recordings,
            warnings,
            decoders,
            image,
            largest,
        } = probed;
        let (time_base, length) = (timeline.time_base, timeline.length());
        let source = Source { duration: Some(time_base.seconds(length)), ..source };
        check_length(&source, media.limits())?;
        let Range { end, .. } = range(extraction, time_base, length).times(time_base);
        let plan = Plan {
            extraction: extraction.clone(),
            source,
            timeline,
            recordings,
            end,
            end_milliseconds: time_base.milliseconds(end).try_into().unwrap_or(0),
            targets: Vec::new(),
            outside: 0,
            warnings,
            image,
            largest,
            decoders,
        };
        Ok(Self { media, decoder, plan })
    }

    /// Adds the targets to the plan.
    fn choose(&mut self, threads: usize) -> Result<(), FramesError> {
        let most = self.media.limits().frames as usize;
        let (time_base, length) = (self.plan.timeline.time_base, self.plan.timeline.length());
        let found = match self.plan.extraction.select {
            Select::Keyframes => self.keyframes(most)?,
            Select::Scenes(threshold) => {
                let range = range(&self.plan.extraction, time_base, length).times(time_base);
                self.scenes(threshold, range, most, threads)?
            }
            _ => Vec::new(),
        };
        let Targets { times, outside } =
            targets(&self.plan.extraction, time_base, length, &found, most)
                .map_err(|TooManyTargets| too_many_frames(self.media.limits()))?;
        (self.plan.targets, self.plan.outside) = (times, outside);
        Ok(())
    }

    /// Returns the times of the timeline at which keyframes appear.
    fn keyframes(&mut self, most: usize) -> Result<Vec<i64>, FramesError> {
        let mut times = Vec::new();
        for (number, recording) in self.plan.recordings.iter().enumerate() {
            let found = match number {
                0 => self.decoder.keyframes()?,
                _ => Decoder::open(&self.media, recording)?.keyframes()?,
            };
            times.extend(self.plan.timeline.times(number, &found, most.saturating_add(1)));
        }
        times.sort_unstable();
        Ok(times)
    }

    /// Returns the times at which scenes begin in a range of the timeline. Each clip begins a scene.
    fn scenes(
        &self,
        threshold: f64,
        range: Range<i64>,
        most: usize,
        threads: usize,
    ) -> Result<Vec<i64>, FramesError> {
        let mut times = Vec::new();
        let mut decoder: Option<Decoder> = None;
        for clip in self.plan.timeline.clips() {
            let (from, to) = (range.start.max(clip.shown.start), range.end.min(clip.shown.end));
            if from >= to || times.len() > most {
                continue;
            }
            let recording = &self.plan.recordings[clip.recording];
            let known = decoder.take().filter(|known| known.is_of(recording));
            let all = decoder.insert(match known {
                Some(known) => known,
                None => {
                    let container = Container::open(&self.media, recording)?;
                    Decoder::with_threads(container, self.media.clone(), threads)?
                }
            });
            let end = if to < clip.shown.end { clip.timestamp(to) } else { clip.media.end };
            let media = clip.timestamp(from)..end;
            let mut found = scenes(all, threshold, media.clone(), most)?;
            if !all.take_damaged().is_empty() && threads > 1 {
                // threads conceal damage with pictures of any thread, so the result would vary
                let container = Container::open(&self.media, recording)?;
                let mut single = Decoder::new(container, self.media.clone())?;
                found = scenes(&mut single, threshold, media, most)?;
            }
            times.extend(found.into_iter().map(|time| clip.timeline_time(time)));
        }
        Ok(times)
    }

    /// Opens a video whose frames are already chosen.
    ///
    /// # Errors
    /// As [`SourceVideo::open`].
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
        let media = Arc::new(MediaSource::new(open, interrupt, *limits));
        let decoder = Decoder::open(&media, &plan.recordings[0])?;
        Ok(Self { media, decoder, plan })
    }

    /// Returns the plan of the extraction.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Passes every file of the zip to `sink`: the frames in time order, with the storyboard's images between them,
    /// then the other files, `frames.json` last. The files are the same with any number of `threads`.
    ///
    /// # Errors
    /// [`FramesError`]; [`FramesError::Sink`] with the error of the sink; [`ErrorCode::NoFramesInRange`] if no frame is
    /// chosen.
    pub fn extract(
        self,
        threads: usize,
        mut sink: impl FnMut(OutputFile) -> io::Result<()>,
    ) -> Result<ExtractionReport, FramesError> {
        let plan = self.plan.clone();
        let all = 0..plan.total();
        let mut segment =
            self.extract_segment(all, threads, |file| sink(file).map(ControlFlow::Continue))?;
        let poster = segment.take_poster();
        let (files, report) = plan.finish(&[segment], poster)?;
        files.into_iter().try_for_each(sink).map_err(FramesError::Sink)?;
        Ok(report)
    }

    /// Passes the files of some targets to `sink`, without those that [`Plan::finish`] returns. If the sink breaks, the
    /// segment ends as soon as it can; its `targets` show where.
    ///
    /// The files of all segments of a plan, in order, are the same for any split, provided that each segment begins at
    /// a multiple of [`Plan::step`].
    ///
    /// # Errors
    /// [`FramesError`]; [`FramesError::Sink`] with the error of the sink.
    pub fn extract_segment(
        self,
        targets: Range<u32>,
        threads: usize,
        sink: impl FnMut(OutputFile) -> io::Result<ControlFlow<()>>,
    ) -> Result<ExtractedSegment, FramesError> {
        let Self { media, decoder, plan } = self;
        let extraction = &plan.extraction;
        let maker = |tiles: Option<Tiles>| {
            tiles.map(|tiles| TileMaker::new(plan.tile_size(tiles))).transpose()
        };
        let base = decoder.container.base();
        let renderer = || {
            Ok(SpanRenderer {
                images: ImageRenderer::new(extraction, media.limits().pixels)?.with_base(base),
                sheet: maker(extraction.sheet)?,
                storyboard: maker(extraction.storyboard)?,
                skip_blank: extraction.skip_blank,
            })
        };
        // the target before shows whether the first target has a frame of its own
        let range = targets.start.saturating_sub(1) as usize..targets.end as usize;
        let Plan { timeline, recordings, .. } = &plan;
        let spans =
            gop_spans(&decoder, &media, recordings, timeline, &plan.targets, range, plan.end)?;
        let mut writer = SegmentWriter::new(&plan, targets, sink)?;
        let threads = threads.min(plan.decoders);
        let pool = PoolConfig::new(threads, Encoder::about(extraction.format, plan.largest));
        let stats =
            worker_pool::run(decoder, &media, recordings, renderer, &spans, pool, &mut |result| {
                writer.add(result)
            })?;
        writer.finish(&stats)
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
