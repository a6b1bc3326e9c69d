//! The repairs. Each begins with the write that moves the check, so that of two rounds only one repairs; after a crash
//! between that write and the repair, the next check finds the same.

use crate::{
    decision::{Repair, decide},
    reconciler::Reconciler,
};
use anyhow::Context;
use aws_sdk_sqs::types::QueueAttributeName;
use framezip_contract::{
    DeliveryMessage, ErrorCode, EventId, Failure, Job, ObjectKey, Outcome, Reminder,
    ReminderSubject, Status, UserId, Verdict, VideoId,
};
use framezip_runtime::{metric, objects, sqs};
use framezip_store::{Check, Record};
use jiff::Timestamp;

/// Whether no job waits in the queue. Jobs that a worker has received do not count.
pub(crate) async fn has_no_waiting_jobs(reconciler: &Reconciler) -> anyhow::Result<bool> {
    let name = QueueAttributeName::ApproximateNumberOfMessages;
    let got = reconciler.sqs.get_queue_attributes().queue_url(&reconciler.jobs);
    let got = got.attribute_names(name.clone()).send().await.map_err(aws_sdk_sqs::Error::from);
    let got = got.context("SQS GetQueueAttributes of the jobs failed")?;
    Ok(got.attributes().and_then(|all| all.get(&name)).is_some_and(|count| count == "0"))
}

/// Repairs one video, if anything about it got lost.
pub(crate) async fn video(
    reconciler: &Reconciler,
    owner: &UserId,
    id: VideoId,
    is_idle: bool,
) -> anyhow::Result<()> {
    let Some(record) = reconciler.videos.get(owner, id).await? else {
        reconciler.videos.end_expired_checks(owner, id).await?;
        return Ok(());
    };
    let now = Timestamp::now();
    // the index follows the table after a moment
    let is_due = |check: &&Check| check.check_at <= now.as_second();
    let Some(repairs) = record.check.as_ref().filter(is_due).map(|check| check.repairs) else {
        return Ok(());
    };
    let (repair, next) = decide(&record, now, is_idle);
    let is_ours = match repair {
        Repair::End => reconciler.videos.end_checks(&record).await?,
        Repair::None => reconciler.videos.postpone(&record, next, repairs).await?,
        _ => reconciler.videos.postpone(&record, next, repairs.saturating_add(1)).await?,
    };
    if !is_ours {
        return Ok(());
    }
    match repair {
        Repair::None => Ok(()),
        Repair::FindUpload => find_upload(reconciler, &record).await.map(|_| ()),
        Repair::ExpireUpload => expire_upload(reconciler, &record).await,
        Repair::SendJob | Repair::ResumeFanOut => send_job(reconciler, &record).await,
        Repair::GiveUp => give_up(reconciler, &record).await,
        Repair::SendOutcome => send_outcome(reconciler, &record).await,
        Repair::Settle => reconciler.videos.settle(&record).await.map(|_| ()).map_err(Into::into),
        Repair::Remind => remind(reconciler, &record).await,
        Repair::End => {
            end(&record);
            Ok(())
        }
    }
}

/// Queues a video whose file has arrived. Returns whether it has.
async fn find_upload(reconciler: &Reconciler, record: &Record) -> anyhow::Result<bool> {
    let (s3, bucket, video) = (&reconciler.s3, &reconciler.uploads, &record.video);
    let Some(bytes) = objects::source_bytes(s3, bucket, &video.owner, video.id).await? else {
        return Ok(false);
    };
    reconciler.intake.accept(video, bytes).await?;
    repaired(record, "UploadsFound");
    Ok(true)
}

/// Fails a video whose file did not arrive in time.
async fn expire_upload(reconciler: &Reconciler, record: &Record) -> anyhow::Result<()> {
    if find_upload(reconciler, record).await? {
        return Ok(());
    }
    if let Some(multipart) = &record.multipart {
        let key = ObjectKey::source(&record.video.owner, record.video.id).to_string();
        let (s3, bucket) = (&reconciler.s3, &reconciler.uploads);
        objects::abort_upload(s3, bucket, &key, &multipart.upload_id).await?;
    }
    let failure = Failure::new(
        ErrorCode::UploadExpired,
        "The file did not arrive within 48 hours. Send the video again.",
    );
    send_verdict(reconciler, record, Verdict::Failed(failure)).await?;
    repaired(record, "UploadsExpired");
    Ok(())
}

/// Sends the job again, which resumes the fan-out if there is one.
async fn send_job(reconciler: &Reconciler, record: &Record) -> anyhow::Result<()> {
    sqs::send(&reconciler.sqs, &reconciler.jobs, &job(record)).await?;
    repaired(record, if record.fan_out.is_some() { "FanOutsResumed" } else { "JobsSentAgain" });
    Ok(())
}

/// Returns a job of the record's attempt, which resumes the fan-out if there is one.
fn job(record: &Record) -> Job {
    let job = Job::new(record.video.owner.clone(), record.video.id).of_attempt(record.attempt);
    match &record.fan_out {
        Some(fan_out) => job.resuming(fan_out.clone()),
        None => job,
    }
}

/// Fails a video that is not worth more repairs, as after a job that was given up: unless a worker has begun since.
async fn give_up(reconciler: &Reconciler, record: &Record) -> anyhow::Result<()> {
    sqs::send(&reconciler.sqs, &reconciler.outcomes, &job(record)).await?;
    repaired(record, "VideosGivenUp");
    Ok(())
}

async fn send_verdict(
    reconciler: &Reconciler,
    record: &Record,
    verdict: Verdict,
) -> anyhow::Result<()> {
    let outcome = Outcome::new(record.video.owner.clone(), record.video.id, verdict);
    let outcome = outcome.of_attempt(record.attempt);
    Ok(sqs::send(&reconciler.sqs, &reconciler.outcomes, &outcome).await?)
}

/// Sends the outcome that a final record holds, for the effects that are missing.
async fn send_outcome(reconciler: &Reconciler, record: &Record) -> anyhow::Result<()> {
    let video = &record.video;
    let verdict = match (&video.status, &video.result, &video.error) {
        (Status::Ready, Some(result), _) => {
            Verdict::Ready { result: result.clone(), warnings: video.warnings.clone() }
        }
        (Status::Failed, _, Some(error)) => Verdict::Failed(error.clone()),
        _ => anyhow::bail!("a final record has neither a result nor an error"),
    };
    send_verdict(reconciler, record, verdict).await?;
    repaired(record, "OutcomesSentAgain");
    Ok(())
}

async fn remind(reconciler: &Reconciler, record: &Record) -> anyhow::Result<()> {
    let video = &record.video;
    let reminder = Reminder::new(video.owner.clone(), ReminderSubject::Expiry(video.id));
    Ok(sqs::send(&reconciler.sqs, &reconciler.outcomes, &reminder).await?)
}

fn end(record: &Record) {
    if record.is_settled() {
        return;
    }
    tracing::error!(
        video.id = %record.video.id,
        video.status = %record.video.status,
        "gave up notifying a video's owner"
    );
    metric::count("NoticesGivenUp");
}

fn repaired(record: &Record, metric: &'static str) {
    tracing::warn!(
        video.id = %record.video.id,
        video.status = %record.video.status,
        repair = metric,
        "repaired a video"
    );
    metric::count(metric);
}

/// Sends the message of a delivery again.
pub(crate) async fn delivery(
    reconciler: &Reconciler,
    owner: &UserId,
    event: EventId,
) -> anyhow::Result<()> {
    if !reconciler.videos.postpone_delivery(owner, event).await? {
        return Ok(());
    }
    let message = DeliveryMessage::new(owner.clone(), event);
    sqs::send(&reconciler.sqs, &reconciler.deliveries, &message).await?;
    tracing::warn!(event.id = %event, "sent a delivery again");
    metric::count("DeliveriesSentAgain");
    Ok(())
}

/// Asks for the mail about a webhook that was switched off.
pub(crate) async fn webhook(reconciler: &Reconciler, owner: &UserId) -> anyhow::Result<()> {
    if !reconciler.videos.postpone_webhook_notice(owner).await? {
        return Ok(());
    }
    let reminder = Reminder::new(owner.clone(), ReminderSubject::WebhookOff);
    Ok(sqs::send(&reconciler.sqs, &reconciler.outcomes, &reminder).await?)
}
