//! One job: take the video, extract its frames, tell the outcome.

use crate::{
    handler::Extractor,
    source::{Object, ObjectReader, SOURCE_GONE},
    zip_upload::{self, PartWriter, ZipUploadError},
};
use anyhow::Context;
use framezip_archive::ZipWriter;
use framezip_contract::{
    ErrorCode, Failure, Job, Limits, ObjectKey, Outcome, Progress, Source, Verdict, Video, Warning,
    ZipFacts,
};
use framezip_frames::{FramesError, Video as Media};
use framezip_runtime::sqs::{Delivery, HandlerError};
use framezip_store::{Lease, Record};
use std::{
    convert::Infallible,
    io,
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};
use tokio::{sync::watch, task};

/// Between two writes of progress.
const REPORT_EVERY: Duration = Duration::from_secs(2);
/// What is left of the invocation for the outcome when extraction stops.
const RESERVE: Duration = Duration::from_secs(20);
/// How many warnings the record tells; `frames.json` tells the others too.
const MOST_WARNINGS: usize = 20;

/// Pixels of a picture above which memory bounds the decoders: 4K, with some room.
const LARGE_PICTURE: u64 = 4096 * 2304;

/// What the decoding thread made.
struct Made {
    frames: u32,
    source: Source,
    warnings: Vec<Warning>,
}

impl Extractor {
    /// Extracts a video's frames and sends what came of it to `outcomes`.
    ///
    /// Run twice, it makes the same zip under the same key; a duplicate that comes while the first
    /// is under way, or after it, does nothing. Where it fails, the video stays `processing` under
    /// this message's lease, no zip and no part of one is left behind, and the message comes again.
    pub(crate) async fn extract(
        &self,
        job: Job,
        delivery: Delivery,
        deadline: SystemTime,
    ) -> Result<(), HandlerError> {
        let time_left = deadline.duration_since(SystemTime::now()).unwrap_or_default();
        let lease = Lease::of(&delivery.message_id, time_left);
        let Some(record) = self.videos.claim(&job.owner, job.video, &lease).await? else {
            tracing::info!(video.id = %job.video, "dropped a job that is done or under way");
            return Ok(());
        };
        let started = Instant::now();
        let stop_at = started + time_left.saturating_sub(RESERVE);
        let Some(verdict) = self.verdict(&record, &delivery.message_id, stop_at).await? else {
            tracing::info!(video.id = %job.video, "stopped: the video was taken away");
            return Ok(());
        };
        log(&record.video, &verdict, started.elapsed());
        let outcome = Outcome::new(job.owner, job.video, verdict);
        let sent = self
            .sqs
            .send_message()
            .queue_url(&self.outcomes)
            .message_body(serde_json::to_string(&outcome)?)
            .send()
            .await;
        sent.map_err(aws_sdk_sqs::Error::from).context("SQS SendMessage to outcomes failed")?;
        Ok(())
    }

    /// `None`: the video was taken away meanwhile. An error: trying again may help.
    async fn verdict(
        &self,
        record: &Record,
        message_id: &str,
        stop_at: Instant,
    ) -> anyhow::Result<Option<Verdict>> {
        let video = &record.video;
        let source = ObjectKey::source(&video.owner, video.id);
        let object = Object::new(self.s3.clone(), &self.uploads, source.to_string(), video.bytes);
        let (writer, parts) = zip_upload::pipe();
        let (report, progress) = watch::channel(None);
        let taken_away = Arc::new(AtomicBool::new(false));
        let stop = Stop { at: stop_at, taken_away: taken_away.clone() };
        let work = Work { video: video.clone(), limits: self.limits, stop, report };
        let zip = ObjectKey::zip(&video.owner, video.id).to_string();
        let zipped = async {
            tokio::join!(
                task::spawn_blocking(move || work.run(object, writer)),
                zip_upload::upload(&self.s3, &self.results, &zip, parts),
            )
        };
        let (made, uploaded) = tokio::select! {
            zipped = zipped => zipped,
            never = self.report(video, message_id, progress, &taken_away) => match never {},
        };
        let made = made.context("the decoding thread failed")?;
        let cancelled = taken_away.load(Ordering::Relaxed);
        match (made, uploaded) {
            (Err(FramesError::Interrupted), _) if cancelled => Ok(None),
            (Err(FramesError::Interrupted), _) => Ok(Some(out_of_time())),
            (Err(FramesError::Media(failure)), _) => Ok(Some(Verdict::Failed(failure))),
            (Err(FramesError::Read(error)), _) if error.kind() == SOURCE_GONE => {
                Ok(Some(source_gone()))
            }
            // the thread fails after the upload does, by a broken pipe
            (_, Err(error)) if !matches!(error, ZipUploadError::Unfinished) => Err(error.into()),
            (Err(error), _) => Err(error.into()),
            (Ok(_), Err(error)) => Err(error.into()),
            (Ok(made), Ok(bytes)) => Ok(Some(made.verdict(bytes))),
        }
    }

    /// Writes progress for as long as it is polled. Sets `taken_away` where the video is not ours any
    /// more. A write that fails is not worth an extraction: the next one tells more.
    async fn report(
        &self,
        video: &Video,
        message_id: &str,
        mut progress: watch::Receiver<Option<Progress>>,
        taken_away: &AtomicBool,
    ) -> Infallible {
        loop {
            if progress.changed().await.is_err() {
                // the thread is done; what is left is the upload's
                std::future::pending::<()>().await;
            }
            let Some(done) = *progress.borrow_and_update() else { continue };
            match self.videos.progress(&video.owner, video.id, message_id, done).await {
                Ok(Some(_)) => {}
                Ok(None) => taken_away.store(true, Ordering::Relaxed),
                Err(error) => tracing::warn!(%error, "progress was not written"),
            }
            tokio::time::sleep(REPORT_EVERY).await;
        }
    }
}

/// When the decoding thread must stop.
#[derive(Clone)]
struct Stop {
    at: Instant,
    taken_away: Arc<AtomicBool>,
}

impl Stop {
    fn now(&self) -> bool {
        self.taken_away.load(Ordering::Relaxed) || Instant::now() >= self.at
    }
}

/// What the decoding thread does.
struct Work {
    video: Video,
    limits: Limits,
    stop: Stop,
    report: watch::Sender<Option<Progress>>,
}

impl Work {
    /// Decodes, encodes and packs every frame.
    fn run(self, object: Arc<Object>, writer: PartWriter) -> Result<Made, FramesError> {
        let interrupt = {
            let stop = self.stop.clone();
            move || stop.now()
        };
        let open = move || Ok(ObjectReader::new(object.clone()));
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let media = Media::open(open, interrupt, &self.video.extraction, &self.limits, processors)?;
        let total = media.total();
        let source = media.source().clone();
        let mut zip = ZipWriter::new(writer);
        let mut done = 0;
        self.report.send_replace(Some(Progress { done, total }));
        let report = media.extract(threads(&source, processors), |output| {
            if self.stop.now() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            zip.add(&output.name, &output.bytes)?;
            done += u32::from(output.frame.is_some());
            self.report.send_replace(Some(Progress { done, total }));
            Ok(())
        });
        let report = report.map_err(|error| match error {
            FramesError::Sink(error) if error.kind() == io::ErrorKind::TimedOut => {
                FramesError::Interrupted
            }
            error => error,
        })?;
        let finish = || zip.finish()?.0.finish();
        finish().map_err(FramesError::Sink)?;
        Ok(Made { frames: report.frames, source, warnings: report.warnings })
    }
}

impl Made {
    fn verdict(self, bytes: u64) -> Verdict {
        let Self { frames, source, mut warnings } = self;
        let more = warnings.len().saturating_sub(MOST_WARNINGS);
        if more > 0 {
            warnings.truncate(MOST_WARNINGS);
            warnings.push(Warning {
                time: None,
                message: format!("There are {more} more warnings in the zip's frames.json."),
            });
        }
        Verdict::Ready { result: ZipFacts { bytes, frames, source }, warnings }
    }
}

/// How many decoders at once: one a processor, but one in all where each takes hundreds of megabytes.
fn threads(source: &Source, processors: usize) -> usize {
    let pixels = u64::from(source.width) * u64::from(source.height);
    if pixels > LARGE_PICTURE { 1 } else { processors }
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

fn log(video: &Video, verdict: &Verdict, elapsed: Duration) {
    let duration_ms = elapsed.as_millis() as u64;
    match verdict {
        Verdict::Ready { result, warnings } => tracing::info!(
            video.id = %video.id,
            video.bytes = video.bytes,
            frames.count = result.frames,
            zip.bytes = result.bytes,
            warnings.count = warnings.len(),
            duration_ms,
            "extracted a video's frames"
        ),
        Verdict::Failed(failure) => tracing::info!(
            video.id = %video.id,
            video.bytes = video.bytes,
            error.code = %failure.code,
            duration_ms,
            "could not extract a video's frames"
        ),
    }
}
