//! The end of an attempt: its status, the mail and the webhook's event. Each of the three effects is guarded by a write
//! of its own, so a crash between them repeats only what is missing, and a mail that SES refuses does not hold up
//! the event.

use crate::{mail::Mail, notifier::Notifier, recipient};
use framezip_contract::{
    Counts, DeliveryMessage, EventType, Failure, Job, MailScope, Outcome, Status, UserId, Verdict,
    VideoId,
};
use framezip_runtime::{
    masked, metric, objects,
    sqs::{self, HandlerError},
};
use framezip_store::{Lease, NewDelivery, Record};
use std::time::Duration;
use uuid::Uuid;

/// The time for which a handler keeps the right to mail the owner. Longer than the function's timeout.
const NOTICE_LEASE: Duration = Duration::from_secs(60);

/// Writes that a job failed for good, and notifies the owner. A job of another attempt or of a deleted video has no
/// effect.
pub(crate) async fn fail_job(notifier: &Notifier, job: Job) -> Result<(), HandlerError> {
    let outcome = failed_job_outcome(job);
    if write(notifier, &outcome).await? {
        tracing::error!(video.id = %outcome.video, "a video's job failed for good");
        metric::count("JobsGivenUp");
    }
    notify_owner(notifier, &outcome).await
}

/// Writes the verdict and notifies the owner. A second run makes only those effects that are missing. An outcome of
/// another attempt or of a deleted video has no effect.
pub(crate) async fn finish(notifier: &Notifier, outcome: Outcome) -> Result<(), HandlerError> {
    write(notifier, &outcome).await?;
    notify_owner(notifier, &outcome).await
}

/// Writes the verdict. Returns whether it was new.
async fn write(notifier: &Notifier, outcome: &Outcome) -> Result<bool, HandlerError> {
    let Outcome { owner, video: id, attempt, verdict, .. } = outcome;
    let Some(record) = notifier.videos.finish(owner, *id, *attempt, verdict).await? else {
        return Ok(false);
    };
    let counts = Counts::finished(&record.video, record.started_at);
    metric::record(&notifier.videos, &counts).await;
    Ok(true)
}

/// Makes the effects on the owner that are missing: the mail and the webhook's event.
async fn notify_owner(notifier: &Notifier, outcome: &Outcome) -> Result<(), HandlerError> {
    let Outcome { owner, video: id, attempt, .. } = outcome;
    let Some(record) = notifier.videos.get(owner, *id).await? else {
        return Ok(remove_results(notifier, owner, *id).await?);
    };
    if record.attempt != *attempt || !record.video.status.is_final() || record.is_settled() {
        tracing::info!(video.id = %id, "ignored an outcome: it was handled before or is superseded");
        return Ok(());
    }
    let (announced, mailed) = tokio::join!(announce(notifier, &record), mail(notifier, &record));
    announced?;
    mailed?;
    notifier.videos.settle(&record).await?;
    Ok(())
}

/// Hands the event to the webhook's deliveries, if the owner has a webhook.
async fn announce(notifier: &Notifier, record: &Record) -> anyhow::Result<()> {
    let Record { video, event: Some(event), announced_at: None, .. } = record else {
        return Ok(());
    };
    let has_webhook = notifier.videos.webhook(&video.owner).await?.is_some();
    if has_webhook {
        let kind = match video.status {
            Status::Ready => EventType::VideoReady,
            _ => EventType::VideoFailed,
        };
        let delivery = NewDelivery { event: *event, kind, video: Some(video.id) };
        notifier.videos.create_delivery(&video.owner, &delivery).await?;
        let message = DeliveryMessage::new(video.owner.clone(), *event);
        sqs::send(&notifier.sqs, &notifier.deliveries, &message).await?;
    }
    notifier.videos.announced(&video.owner, video.id, record.attempt).await?;
    Ok(())
}

/// Mails the outcome to the owner, unless they want no such mail or it was sent.
///
/// # Errors
/// Also if another handler is sending it: that one may have crashed, and the message comes again.
async fn mail(notifier: &Notifier, record: &Record) -> anyhow::Result<()> {
    let (owner, id, attempt) = (&record.video.owner, record.video.id, record.attempt);
    // SQS may deliver one message to two handlers at once, so the message's id is not enough
    let handling = Uuid::now_v7().to_string();
    let lease = Lease::of(&handling, NOTICE_LEASE);
    let Some(record) = notifier.videos.claim_notice(owner, id, attempt, lease).await? else {
        let found = notifier.videos.get(owner, id).await?;
        let is_due = found.is_some_and(|found| found.attempt == attempt && !found.is_mailed());
        anyhow::ensure!(!is_due, "another handler is mailing the owner");
        return Ok(());
    };
    let preferences = notifier.videos.preferences(owner).await?;
    let is_ready = record.video.status == Status::Ready;
    let is_wanted = match preferences.mail {
        MailScope::All => true,
        MailScope::Failures => !is_ready,
        MailScope::None => false,
    };
    if is_wanted && preferences.reaches(&record.email) {
        let mail = if is_ready { Mail::Ready(&record.video) } else { Mail::Failed(&record.video) };
        let token = recipient::token(notifier, owner, &preferences).await?;
        let sent = notifier.mailer.send(&mail, &recipient::of(&record, &token)).await;
        let counts = if sent.is_ok() { Counts::email_sent() } else { Counts::email_failed() };
        metric::record(&notifier.videos, &counts).await;
        sent?;
        tracing::info!(
            video.id = %id,
            video.status = %record.video.status,
            email = masked(&record.email),
            "mailed a video's outcome to its owner"
        );
    }
    notifier.videos.notice_sent(owner, id, &handling).await?;
    Ok(())
}

/// Removes the objects that a worker may have written after its video's deletion.
async fn remove_results(notifier: &Notifier, owner: &UserId, id: VideoId) -> anyhow::Result<()> {
    let count = objects::remove_results(&notifier.s3, &notifier.results, owner, id).await?;
    tracing::info!(
        video.id = %id,
        objects.count = count,
        "removed the results of a deleted video"
    );
    Ok(())
}

/// Returns the outcome of a job that failed for good.
pub(crate) fn failed_job_outcome(job: Job) -> Outcome {
    Outcome::new(job.owner, job.video, Verdict::Failed(Failure::internal())).of_attempt(job.attempt)
}
