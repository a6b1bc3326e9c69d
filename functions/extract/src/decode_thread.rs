//! The decoding thread: a video's bytes in, a zip's bytes out.

use crate::{
    s3::{
        extras::{self, ExtraSender},
        reader::{ObjectReader, SourceObject},
        streaming_upload::{PartWriter, ZipExtent},
    },
    throughput::Throughput,
};
use framezip_archive::{Entries, ZipWriter};
use framezip_contract::{Limits, Progress, Source, Video};
use framezip_frames::{
    ExtractedSegment, ExtractionReport, FramesError, OutputFile, Plan, SourceVideo,
};
use std::{
    io,
    num::NonZero,
    ops::{ControlFlow, Range},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// The targets of a video that a worker does.
pub(crate) enum Assignment {
    /// All of them, or as many as it can do in time.
    WholeVideo,
    /// Some targets of a plan that another worker made, and the time after which other workers do the rest.
    Segment { plan: Box<Plan>, targets: Range<u32>, budget: Duration },
}

/// The output of a decoding thread.
pub(crate) enum Decoded {
    /// The whole zip.
    Zip { report: ExtractionReport, source: Source },
    /// A segment's zip entries. The targets in `remaining` are left to other workers.
    Segment {
        plan: Box<Plan>,
        extracted: Box<ExtractedSegment>,
        entries: Entries,
        remaining: Vec<Range<u32>>,
    },
}

/// The failure of a decoding thread.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DecodeError {
    /// The deadline passed, or the work was cancelled.
    #[error("the extraction was stopped")]
    Stopped,
    /// A file could not be passed to its upload.
    #[error("a file of the zip could not be passed on: {0}")]
    Output(#[from] io::Error),
    /// The video could not be opened, read or decoded.
    #[error(transparent)]
    Frames(FramesError),
}

impl From<FramesError> for DecodeError {
    fn from(error: FramesError) -> Self {
        match error {
            FramesError::Interrupted => Self::Stopped,
            error => Self::Frames(error),
        }
    }
}

/// The time at which the decoding thread must stop.
#[derive(Clone)]
pub(crate) struct StopCondition {
    pub(crate) deadline: Instant,
    pub(crate) cancelled: Arc<AtomicBool>,
}

impl StopCondition {
    fn is_met(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed) || Instant::now() >= self.deadline
    }
}

/// The input of a decoding thread.
pub(crate) struct DecodeThread {
    pub(crate) video: Video,
    pub(crate) assignment: Assignment,
    pub(crate) limits: Limits,
    /// The time after which other workers do the rest of a whole video.
    pub(crate) budget: Duration,
    pub(crate) stop: StopCondition,
    /// Receives how many of the assigned targets are done, and the plan's total.
    pub(crate) progress: watch::Sender<Option<Progress>>,
    /// Receives the files that are objects of their own, too.
    pub(crate) extras: ExtraSender,
}

impl DecodeThread {
    /// Decodes the video, encodes its frames and writes them to the zip.
    pub(crate) fn run(
        self,
        source: Arc<SourceObject>,
        writer: PartWriter,
    ) -> Result<Decoded, DecodeError> {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let Self { video, assignment, limits, budget, stop, progress, extras } = self;
        let open = move || Ok(ObjectReader::new(source.clone()));
        let interrupt = {
            let stop = stop.clone();
            move || stop.is_met()
        };
        let (media, assigned, budget) = match assignment {
            Assignment::WholeVideo => {
                let media =
                    SourceVideo::open(open, interrupt, &video.extraction, &limits, threads)?;
                (media, None, budget)
            }
            Assignment::Segment { plan, targets, budget } => {
                (SourceVideo::resume(open, interrupt, *plan, &limits)?, Some(targets), budget)
            }
        };
        let plan = media.plan().clone();
        let is_whole_video = assigned.is_none();
        let targets = assigned.unwrap_or(0..plan.total());
        let throughput = Throughput::new(budget, stop.deadline);
        let zip = ZipWriter::new(writer);
        let total = plan.total();
        let mut sink =
            FileSink { targets, total, throughput, zip, stop, progress, extras, error: None };
        sink.report(0);
        let extracted =
            media.extract_segment(sink.targets.clone(), threads, |output| sink.take(output));
        let extracted = extracted.map_err(|error| sink.cause(error))?;
        if is_whole_video && extracted.targets == (0..total) {
            sink.finish_zip(&plan, extracted)
        } else {
            sink.finish_segment(plan, extracted)
        }
    }
}

/// Takes the files of an extraction one by one and writes them to the zip.
struct FileSink {
    /// The assigned targets.
    targets: Range<u32>,
    /// The number of targets in the plan.
    total: u32,
    throughput: Throughput,
    zip: ZipWriter<PartWriter>,
    stop: StopCondition,
    progress: watch::Sender<Option<Progress>>,
    extras: ExtraSender,
    /// The reason for which a file was refused.
    error: Option<DecodeError>,
}

impl FileSink {
    /// Writes one file. Breaks if other workers should do the rest. Keeps its own error for
    /// [`cause`](Self::cause), because its caller passes only I/O errors on.
    fn take(&mut self, output: OutputFile) -> io::Result<ControlFlow<()>> {
        self.write(output).map_err(|error| {
            self.error = Some(error);
            io::Error::other("a file was refused")
        })
    }

    fn write(&mut self, output: OutputFile) -> Result<ControlFlow<()>, DecodeError> {
        if self.stop.is_met() {
            return Err(DecodeError::Stopped);
        }
        self.zip.add(&output.name, &output.bytes)?;
        let Some(frame) = output.frame else {
            self.send_extra(output)?;
            return Ok(ControlFlow::Continue(()));
        };
        let done = frame.number - self.targets.start;
        self.report(done);
        self.throughput.record(done);
        let count = self.targets.end - self.targets.start;
        let too_slow = self.throughput.is_too_slow(count);
        Ok(if too_slow { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    fn report(&self, done: u32) {
        self.progress.send_replace(Some(Progress { done, total: self.total }));
    }

    /// Passes a file on if it is an object of its own, too. If its upload has ended, the error of that
    /// upload is the cause.
    fn send_extra(&self, file: OutputFile) -> io::Result<()> {
        if extras::is_extra(&file) {
            self.extras.blocking_send(file).map_err(|_| io::ErrorKind::BrokenPipe)?;
        }
        Ok(())
    }

    /// Returns the failure of an extraction that ended with `error`.
    fn cause(&mut self, error: FramesError) -> DecodeError {
        match (error, self.error.take()) {
            (FramesError::Sink(_), Some(cause)) => cause,
            (error, _) => error.into(),
        }
    }

    /// Writes the files that follow all frames, and the zip's directory.
    fn finish_zip(
        mut self,
        plan: &Plan,
        mut extracted: ExtractedSegment,
    ) -> Result<Decoded, DecodeError> {
        let poster = extracted.take_poster();
        let (files, report) = plan.finish(&[extracted], poster)?;
        for file in files {
            self.zip.add(&file.name, &file.bytes)?;
            self.send_extra(file)?;
        }
        let (writer, _) = self.zip.finish()?;
        writer.finish(ZipExtent::Whole)?;
        Ok(Decoded::Zip { report, source: plan.source().clone() })
    }

    /// Ends the segment, and divides the targets that it has not done among other workers.
    fn finish_segment(
        self,
        plan: Plan,
        extracted: ExtractedSegment,
    ) -> Result<Decoded, DecodeError> {
        let left = extracted.targets.end..self.targets.end;
        let remaining = self.throughput.segments(left, plan.step());
        let (writer, entries) = self.zip.detach()?;
        writer.finish(ZipExtent::Segment)?;
        Ok(Decoded::Segment { plan: plan.into(), extracted: extracted.into(), entries, remaining })
    }
}
