//! One job: claims the video, dispatches the work and sends the outcome.

use crate::{
    claimed_video::ClaimedVideo,
    cleanup::clean_up_if_deleted,
    decode_thread::Assignment,
    extractor::Extractor,
    fan_out, outcome,
    worker::{self, WorkerResult},
};
use framezip_contract::Job;
use framezip_runtime::sqs::{HandlerError, ReceivedMessage};
use framezip_store::{Claim, Lease};
use std::time::{Duration, Instant, SystemTime};

/// The time kept free, at the end of the invocation, for the steps that follow decoding.
const RESERVE: Duration = Duration::from_secs(20);

/// The number of deliveries after which SQS moves a job to `outcomes`: `maxReceiveCount` in the template.
const MAX_RECEIVES: u32 = 5;

/// Extracts a video's frames, or a segment of them. Sends a verdict to `outcomes` or, if the video takes
/// long, jobs for the other segments.
///
/// A job that is handled twice makes the same zip under the same key. A duplicate that arrives while the
/// first one is being handled, or later, does nothing, or makes a segment that is equally good. A job of
/// a superseded attempt is ignored; a job of an attempt that is not in the record yet is delivered
/// again, and dropped on its last delivery: the call that sent it never wrote its attempt. On an error the video
/// stays `processing`, no upload is left open, and the message is delivered again. If the video was deleted in
/// the meantime, no object is left.
pub(crate) async fn handle(
    extractor: &Extractor,
    job: Job,
    received: ReceivedMessage,
    deadline: SystemTime,
) -> Result<(), HandlerError> {
    let Job { owner, video: id, attempt, segment, resume, .. } = job;
    let time_left = deadline.duration_since(SystemTime::now()).unwrap_or_default();
    let decoding_deadline = Instant::now() + time_left.saturating_sub(RESERVE);
    let lease = Lease::of(resume.as_ref().unwrap_or(&received.message_id), time_left);
    let record = match &segment {
        None => match extractor.videos.claim(&owner, id, attempt, &lease).await? {
            Claim::Taken(record) => Some(*record),
            Claim::Early if received.receive_count < MAX_RECEIVES => {
                return Err("the attempt of this job is not in the record yet".into());
            }
            Claim::Early => {
                tracing::warn!(video.id = %id, "dropped a job: its attempt was never written");
                return Ok(());
            }
            Claim::Refused => None,
        },
        // a fan-out belongs to one attempt, so its id suffices
        Some(segment) => extractor.videos.advance(&owner, id, &segment.fan_out, 0).await?,
    };
    let Some(record) = record else {
        if !clean_up_if_deleted(extractor, &owner, id).await? {
            tracing::info!(
                video.id = %id,
                "ignored a job: the video is finished, retried or in progress elsewhere"
            );
        }
        return Ok(());
    };
    let claimed = ClaimedVideo::new(&record, lease, decoding_deadline);
    match segment {
        Some(segment) => {
            fan_out::extract_segment(extractor, &claimed, &segment).await?;
        }
        // this message's worker split the video earlier and failed after that, or messages are lost
        None if claimed.fan_out.is_some() => fan_out::resume(extractor, &claimed).await?,
        None => extract_video(extractor, &claimed).await?,
    }
    clean_up_if_deleted(extractor, &owner, id).await?;
    Ok(())
}

/// Extracts the whole video, or begins a fan-out if that takes too long.
async fn extract_video(extractor: &Extractor, claimed: &ClaimedVideo<'_>) -> anyhow::Result<()> {
    let key = claimed.zip_key();
    match worker::run(extractor, claimed, Assignment::WholeVideo, &key).await? {
        WorkerResult::Verdict(verdict) => outcome::send(extractor, claimed, verdict).await,
        WorkerResult::Segment(segment) => fan_out::begin(extractor, claimed, *segment, key).await,
        WorkerResult::Cancelled => Ok(()),
    }
}
