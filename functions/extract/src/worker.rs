//! One invocation's work on a video: a decoding thread, uploads and progress, all at the same time.

use crate::{
    claimed_video::ClaimedVideo,
    decode_thread::{Assignment, DecodeError, DecodeThread, Decoded, StopCondition},
    extractor::Extractor,
    outcome, progress,
    s3::{
        extras,
        multipart::UploadError,
        reader::{SOURCE_GONE, SourceObject},
        streaming_upload::{self, Uploaded},
    },
};
use anyhow::Context;
use framezip_archive::Entries;
use framezip_contract::{ObjectKey, Verdict, Video};
use framezip_frames::{ExtractedSegment, FramesError, Plan};
use std::{
    ops::Range,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};
use tokio::{sync::watch, task};

/// The result of a worker's run.
pub(crate) enum WorkerResult {
    /// Everything is done, or nothing can be done.
    Verdict(Verdict),
    /// Some targets are done.
    Segment(Box<FinishedSegment>),
    /// The video is no longer this worker's.
    Cancelled,
}

/// A segment whose entries are in S3. Nothing refers to them yet.
pub(crate) struct FinishedSegment {
    pub(crate) plan: Plan,
    pub(crate) extracted: ExtractedSegment,
    pub(crate) entries: Entries,
    /// The entity tag of the object that holds the entries.
    pub(crate) e_tag: String,
    /// The targets that are left to other workers.
    pub(crate) remaining: Vec<Range<u32>>,
}

/// Extracts frames and uploads their zip, or a segment's entries, to `key`.
///
/// # Errors
/// Those after which another try may succeed.
pub(crate) async fn run(
    extractor: &Extractor,
    claimed: &ClaimedVideo<'_>,
    assignment: Assignment,
    key: &str,
) -> anyhow::Result<WorkerResult> {
    let started = Instant::now();
    let source = source_object(extractor, claimed.video);
    let (writer, parts) = streaming_upload::pipe();
    let (extras_sender, extras_receiver) = extras::pipe();
    let (progress_sender, progress_receiver) = watch::channel(None);
    let thread = DecodeThread {
        video: claimed.video.clone(),
        assignment,
        limits: extractor.limits,
        budget: extractor.budget,
        stop: StopCondition { deadline: claimed.deadline, cancelled: claimed.cancelled.clone() },
        progress: progress_sender,
        extras: extras_sender,
    };
    let (client, bucket) = (&extractor.s3, &extractor.results);
    let results_prefix = claimed.results_prefix();
    let thread_source = source.clone();
    let work = async {
        tokio::join!(
            task::spawn_blocking(move || thread.run(thread_source, writer)),
            streaming_upload::upload(client, bucket, key, parts),
            extras::upload(client, bucket, &results_prefix, extras_receiver),
        )
    };
    let (decoded, uploaded, extras_uploaded) = tokio::select! {
        results = work => results,
        never = progress::keep_writing(extractor, claimed, progress_receiver) => match never {},
    };
    source.close();
    let decoded = decoded.context("the decoding thread failed")?;
    let result = combine(claimed, decoded, extras_uploaded.and(uploaded))?;
    log(claimed.video, &result, source.bytes_read(), started.elapsed());
    Ok(result)
}

fn source_object(extractor: &Extractor, video: &Video) -> Arc<SourceObject> {
    let key = ObjectKey::source(&video.owner, video.id).to_string();
    SourceObject::new(extractor.s3.clone(), &extractor.uploads, key, video.bytes)
}

/// Combines the results of the decoding thread and of the uploads.
fn combine(
    claimed: &ClaimedVideo<'_>,
    decoded: Result<Decoded, DecodeError>,
    uploaded: Result<Uploaded, UploadError>,
) -> anyhow::Result<WorkerResult> {
    let cancelled = claimed.cancelled.load(Ordering::Relaxed);
    Ok(match (decoded, uploaded) {
        (Err(DecodeError::Stopped), _) if cancelled => WorkerResult::Cancelled,
        (Err(DecodeError::Frames(FramesError::Media(failure))), _) => {
            WorkerResult::Verdict(Verdict::Failed(failure))
        }
        (Err(DecodeError::Frames(FramesError::Read(error))), _) if error.kind() == SOURCE_GONE => {
            WorkerResult::Verdict(outcome::source_gone())
        }
        // if the upload fails, the thread fails after it with a broken pipe, or waits for it until the
        // deadline: the upload's error is the cause
        (_, Err(error)) if !matches!(error, UploadError::Unfinished) => return Err(error.into()),
        (Err(DecodeError::Stopped), _) => WorkerResult::Verdict(outcome::out_of_time()),
        (Err(error), _) => return Err(error.into()),
        (Ok(_), Err(error)) => return Err(error.into()),
        (Ok(Decoded::Zip { report, source }), Ok(Uploaded { bytes, .. })) => {
            WorkerResult::Verdict(outcome::ready(bytes, report, source))
        }
        (
            Ok(Decoded::Segment { plan, extracted, entries, remaining }),
            Ok(Uploaded { e_tag, .. }),
        ) => {
            let (plan, extracted) = (*plan, *extracted);
            let segment = FinishedSegment { plan, extracted, entries, e_tag, remaining };
            WorkerResult::Segment(Box::new(segment))
        }
    })
}

fn log(video: &Video, result: &WorkerResult, bytes_read: u64, elapsed: Duration) {
    let duration_ms = elapsed.as_millis() as u64;
    match result {
        WorkerResult::Verdict(Verdict::Ready { result, warnings }) => tracing::info!(
            video.id = %video.id,
            video.bytes = video.bytes,
            source.bytes_read = bytes_read,
            frames.count = result.frames,
            zip.bytes = result.bytes,
            warnings.count = warnings.len(),
            duration_ms,
            "extracted a video's frames"
        ),
        WorkerResult::Verdict(Verdict::Failed(failure)) => tracing::info!(
            video.id = %video.id,
            video.bytes = video.bytes,
            source.bytes_read = bytes_read,
            error.code = %failure.code,
            duration_ms,
            "could not extract a video's frames"
        ),
        WorkerResult::Segment(segment) => tracing::info!(
            video.id = %video.id,
            video.bytes = video.bytes,
            source.bytes_read = bytes_read,
            targets.first = segment.extracted.targets.start,
            targets.end = segment.extracted.targets.end,
            frames.count = segment.extracted.frames.len(),
            zip.bytes = segment.entries.bytes(),
            duration_ms,
            "extracted a segment of a video's frames"
        ),
        WorkerResult::Cancelled => tracing::info!(
            video.id = %video.id,
            source.bytes_read = bytes_read,
            duration_ms,
            "stopped extracting a video's frames: the work was cancelled"
        ),
    }
}
