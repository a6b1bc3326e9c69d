//! The decoding thread: a video's bytes in, a zip's bytes out.

use crate::{
    extras,
    pace::Pace,
    source::{Object, ObjectReader},
    zip_upload::{Extent, PartWriter},
};
use framezip_archive::{Entries, ZipWriter};
use framezip_contract::{Limits, Progress, Source, Video};
use framezip_frames::{
    ExtractedSegment as Part, ExtractionReport as Report, FramesError, OutputFile as Output, Plan,
    SourceVideo as Media,
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

/// What a job is to do of its video.
pub(crate) enum Task {
    /// Everything, or as much as it can in time.
    Whole,
    /// Some targets of a plan that another worker made.
    Some(Box<Plan>, Range<u32>),
}

/// What came of it.
pub(crate) enum Made {
    /// The whole zip.
    Zip(Report, Source),
    /// A zip's entries, and what others are to do.
    Part { plan: Box<Plan>, part: Box<Part>, entries: Entries, rest: Vec<Range<u32>> },
}

/// When the decoding thread must stop.
#[derive(Clone)]
pub(crate) struct Stop {
    pub(crate) at: Instant,
    pub(crate) taken_away: Arc<AtomicBool>,
}

impl Stop {
    fn now(&self) -> bool {
        self.taken_away.load(Ordering::Relaxed) || Instant::now() >= self.at
    }
}

/// What the decoding thread does.
pub(crate) struct Work {
    pub(crate) video: Video,
    pub(crate) task: Task,
    pub(crate) limits: Limits,
    /// How long it may take before others are to do the rest.
    pub(crate) budget: Duration,
    pub(crate) stop: Stop,
    /// Takes how many of the task's own targets are done, of how many in all.
    pub(crate) report: watch::Sender<Option<Progress>>,
    /// Takes what is an object of its own, too.
    pub(crate) extras: extras::Sender,
}

impl Work {
    /// Decodes, encodes and packs frames.
    pub(crate) fn run(self, object: Arc<Object>, writer: PartWriter) -> Result<Made, FramesError> {
        let interrupt = {
            let stop = self.stop.clone();
            move || stop.now()
        };
        let open = move || Ok(ObjectReader::new(object.clone()));
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let is_alone = matches!(self.task, Task::Whole);
        let (media, targets) = match self.task {
            Task::Whole => {
                let extraction = &self.video.extraction;
                let media = Media::open(open, interrupt, extraction, &self.limits, processors)?;
                let all = 0..media.plan().total();
                (media, all)
            }
            Task::Some(plan, targets) => {
                (Media::resume(open, interrupt, *plan, &self.limits)?, targets)
            }
        };
        let plan = media.plan().clone();
        let (first, count) = (targets.start, targets.end - targets.start);
        let report = |done| {
            self.report.send_replace(Some(Progress { done, total: plan.total() }));
        };
        report(0);
        let mut pace = Pace::new(self.budget, self.stop.at);
        let mut zip = ZipWriter::new(writer);
        let part = media.extract_segment(targets.clone(), processors, |output| {
            if self.stop.now() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            zip.add(&output.name, &output.bytes)?;
            let Some(frame) = output.frame else {
                send(&self.extras, output)?;
                return Ok(ControlFlow::Continue(()));
            };
            let done = frame.number - first;
            report(done);
            pace.note(done);
            let stop = pace.is_too_slow(count);
            Ok(if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        });
        let part = part.map_err(|error| match error {
            FramesError::Sink(error) if error.kind() == io::ErrorKind::TimedOut => {
                FramesError::Interrupted
            }
            error => error,
        })?;
        if is_alone && part.targets == (0..plan.total()) {
            return finished(&plan, part, zip, &self.extras);
        }
        let rest = pace.segments(part.targets.end..targets.end, plan.step());
        let close = || {
            let (writer, entries) = zip.detach()?;
            writer.finish(Extent::Part)?;
            Ok(entries)
        };
        let entries = close().map_err(FramesError::Sink)?;
        Ok(Made::Part { plan: plan.into(), part: part.into(), entries, rest })
    }
}

/// Adds what comes behind all frames.
fn finished(
    plan: &Plan,
    mut part: Part,
    mut zip: ZipWriter<PartWriter>,
    extras: &extras::Sender,
) -> Result<Made, FramesError> {
    let poster = part.take_poster();
    let (files, report) = plan.finish(&[part], poster)?;
    let close = || {
        for file in files {
            zip.add(&file.name, &file.bytes)?;
            send(extras, file)?;
        }
        zip.finish()?.0.finish(Extent::Whole)
    };
    close().map_err(FramesError::Sink)?;
    Ok(Made::Zip(report, plan.source().clone()))
}

/// Passes a file on if it is to be an object of its own. Where nobody takes it, who should knows why.
fn send(extras: &extras::Sender, file: Output) -> io::Result<()> {
    if extras::is_one(&file) {
        extras.blocking_send(file).map_err(|_| io::ErrorKind::BrokenPipe)?;
    }
    Ok(())
}
