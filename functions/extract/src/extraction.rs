//! A worker at its task: a thread that decodes, an upload, and progress, all at once.

use crate::{
    extras,
    handler::Extractor,
    multipart::UploadError,
    parts::{Facts, PartName},
    source::{Object, SOURCE_GONE},
    work::{Made, Stop, Task, Work},
    zip_upload::{self, Uploaded},
};
use anyhow::Context;
use framezip_contract::{
    ErrorCode, Failure, ObjectKey, Progress, Source, Verdict, Video, Warning, ZipFacts,
};
use framezip_frames::{ExtractionReport as Report, FramesError, Plan};
use framezip_store::{Lease, Record};
use std::{
    convert::Infallible,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::watch, task};
use uuid::Uuid;

/// Between two writes of progress.
const REPORT_EVERY: Duration = Duration::from_secs(2);
/// How many warnings the record tells; `frames.json` tells the others too.
const MOST_WARNINGS: usize = 20;

/// A worker's hold on a video.
pub(crate) struct Hold<'a> {
    pub(crate) video: &'a Video,
    /// Which attempt at the video, as its owner has asked for it: all of its workers are at the same one.
    pub(crate) attempt: u32,
    /// The message's.
    pub(crate) lease: Lease,
    /// The run that the video is in; `None` where one worker has it.
    pub(crate) run: Option<String>,
    stop_at: Instant,
    taken_away: Arc<AtomicBool>,
    /// How many of its own targets the record tells as done.
    told: AtomicU32,
}

/// What a task came to.
pub(crate) enum End {
    /// All is done, or nothing can be.
    Verdict(Verdict),
    /// Some of it is done.
    Piece(Box<Piece>),
    /// The video was taken away meanwhile.
    TakenAway,
}

/// A part that lies on S3, but of which nobody knows yet.
pub(crate) struct Piece {
    pub(crate) plan: Plan,
    pub(crate) name: PartName,
    pub(crate) facts: Facts,
    /// What others are to do.
    pub(crate) rest: Vec<Range<u32>>,
}

impl<'a> Hold<'a> {
    pub(crate) fn new(record: &'a Record, lease: Lease, stop_at: Instant) -> Self {
        let Record { video, attempt, run, .. } = record;
        let (taken_away, told) = (Arc::default(), AtomicU32::new(0));
        Self { video, attempt: *attempt, lease, run: run.clone(), stop_at, taken_away, told }
    }

    /// Where the video's zip goes.
    pub(crate) fn zip_key(&self) -> String {
        ObjectKey::zip(&self.video.owner, self.video.id, self.attempt)
    }

    /// Where what is shown without the zip goes.
    pub(crate) fn extras_prefix(&self) -> String {
        ObjectKey::extras_prefix(&self.video.owner, self.video.id, self.attempt)
    }
}

impl Extractor {
    /// Extracts and uploads. An error: trying again may help.
    pub(crate) async fn work(&self, hold: &Hold<'_>, task: Task) -> anyhow::Result<End> {
        let started = Instant::now();
        let video = hold.video;
        let source = ObjectKey::source(&video.owner, video.id).to_string();
        let object = Object::new(self.s3.clone(), &self.uploads, source, video.bytes);
        let attempt = Uuid::now_v7();
        let key = match (&task, &hold.run) {
            (Task::Some(..), Some(run)) => self.folder(video, run).entries_key(attempt),
            // if it is split, this becomes the first part
            _ => hold.zip_key(),
        };
        let (writer, parts) = zip_upload::pipe();
        let (extras, files) = extras::pipe();
        let (report, progress) = watch::channel(None);
        let stop = Stop { at: hold.stop_at, taken_away: hold.taken_away.clone() };
        let (video, limits, budget) = (video.clone(), self.limits, self.budget);
        let work = Work { video, task, limits, budget, stop, report, extras };
        let beside = hold.extras_prefix();
        let reading = object.clone();
        let worked = async {
            tokio::join!(
                task::spawn_blocking(move || work.run(reading, writer)),
                zip_upload::upload(&self.s3, &self.results, &key, parts),
                extras::upload(&self.s3, &self.results, &beside, files),
            )
        };
        let (made, uploaded, beside) = tokio::select! {
            worked = worked => worked,
            never = self.report(hold, progress) => match never {},
        };
        object.close();
        let made = made.context("the decoding thread failed")?;
        let uploaded = beside.and(uploaded);
        let end = end(hold, made, uploaded, (key, attempt))?;
        log(hold.video, &end, object.bytes_read(), started.elapsed());
        Ok(end)
    }

    /// Writes progress for as long as it is polled. Says where the video is not ours any more. A write
    /// that fails is not worth an extraction: the next one tells more.
    async fn report(
        &self,
        hold: &Hold<'_>,
        mut progress: watch::Receiver<Option<Progress>>,
    ) -> Infallible {
        loop {
            if progress.changed().await.is_err() {
                // the thread is done; what is left is the upload's
                std::future::pending::<()>().await;
            }
            let Some(now) = *progress.borrow_and_update() else { continue };
            match self.tell_progress(hold, now).await {
                Ok(true) => {}
                Ok(false) => hold.taken_away.store(true, Ordering::Relaxed),
                Err(error) => tracing::warn!(%error, "progress was not written"),
            }
            tokio::time::sleep(REPORT_EVERY).await;
        }
    }

    /// Tells how many of the worker's own targets are done. `false`: the video is not ours any more.
    pub(crate) async fn tell_progress(
        &self,
        hold: &Hold<'_>,
        now: Progress,
    ) -> anyhow::Result<bool> {
        let Video { owner, id, .. } = hold.video;
        let record = match &hold.run {
            None => self.videos.progress(owner, *id, &hold.lease.owner, now).await?,
            // others add theirs
            Some(run) => {
                let more = i64::from(now.done) - i64::from(hold.told.load(Ordering::Relaxed));
                self.videos.advance(owner, *id, run, more).await?
            }
        };
        hold.told.store(now.done, Ordering::Relaxed);
        Ok(record.is_some())
    }
}

/// What thread and upload came to, together. `place`: the object and the attempt that it is of.
fn end(
    hold: &Hold<'_>,
    made: Result<Made, FramesError>,
    uploaded: Result<Uploaded, UploadError>,
    place: (String, Uuid),
) -> anyhow::Result<End> {
    let cancelled = hold.taken_away.load(Ordering::Relaxed);
    Ok(match (made, uploaded) {
        (Err(FramesError::Interrupted), _) if cancelled => End::TakenAway,
        (Err(FramesError::Media(failure)), _) => End::Verdict(Verdict::Failed(failure)),
        (Err(FramesError::Read(error)), _) if error.kind() == SOURCE_GONE => {
            End::Verdict(source_gone())
        }
        // the thread fails after the upload does, by a broken pipe, or waits for it until its time is out
        (_, Err(error)) if !matches!(error, UploadError::Unfinished) => return Err(error.into()),
        (Err(FramesError::Interrupted), _) => End::Verdict(out_of_time()),
        (Err(error), _) => return Err(error.into()),
        (Ok(_), Err(error)) => return Err(error.into()),
        (Ok(Made::Zip(report, source)), Ok(Uploaded { bytes, .. })) => {
            End::Verdict(ready(bytes, report, source))
        }
        (Ok(Made::Part { plan, part, entries, rest }), Ok(Uploaded { e_tag, .. })) => {
            let (key, attempt) = place;
            let name = PartName::new(part.targets.clone(), attempt);
            let facts = Facts { key, e_tag, entries, part: *part };
            End::Piece(Box::new(Piece { plan: *plan, name, facts, rest }))
        }
    })
}

/// The verdict on a video whose zip is there.
pub(crate) fn ready(bytes: u64, report: Report, source: Source) -> Verdict {
    let Report { frames, storyboard_images, mut warnings, .. } = report;
    let more = warnings.len().saturating_sub(MOST_WARNINGS);
    if more > 0 {
        warnings.truncate(MOST_WARNINGS);
        warnings.push(Warning {
            time: None,
            message: format!("There are {more} more warnings in the zip's frames.json."),
        });
    }
    Verdict::Ready { result: ZipFacts { bytes, frames, source, storyboard_images }, warnings }
}

fn out_of_time() -> Verdict {
    Verdict::Failed(Failure::new(
        ErrorCode::TooLong,
        "Extracting these frames takes longer than allowed. Choose fewer frames or a shorter video.",
    ))
}

fn source_gone() -> Verdict {
    Verdict::Failed(Failure::new(
        ErrorCode::UploadMismatch,
        "The uploaded file is not there any more, or was replaced meanwhile. Send it again.",
    ))
}

fn log(video: &Video, end: &End, read: u64, elapsed: Duration) {
    let duration_ms = elapsed.as_millis() as u64;
    match end {
        End::Verdict(Verdict::Ready { result, warnings }) => tracing::info!(
            video.id = %video.id,
            video.bytes = video.bytes,
            source.bytes_read = read,
            frames.count = result.frames,
            zip.bytes = result.bytes,
            warnings.count = warnings.len(),
            duration_ms,
            "extracted a video's frames"
        ),
        End::Verdict(Verdict::Failed(failure)) => tracing::info!(
            video.id = %video.id,
            video.bytes = video.bytes,
            source.bytes_read = read,
            error.code = %failure.code,
            duration_ms,
            "could not extract a video's frames"
        ),
        End::Piece(piece) => tracing::info!(
            video.id = %video.id,
            video.bytes = video.bytes,
            source.bytes_read = read,
            part = %piece.name,
            frames.count = piece.facts.part.frames.len(),
            zip.bytes = piece.facts.entries.bytes(),
            duration_ms,
            "extracted a part of a video's frames"
        ),
        End::TakenAway => tracing::info!(
            video.id = %video.id,
            source.bytes_read = read,
            duration_ms,
            "stopped: the video was taken away"
        ),
    }
}
