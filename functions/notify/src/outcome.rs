//! The end of an attempt: its status, the mail and the webhook's event. Each of the three effects is guarded by a write
//! of its own, so a crash between them repeats only what is missing, and a mail that SES refuses does not hold up
//! the event.

use crate::{mail::Mail, notifier::Notifier, recipient};
use framezip_contract::{
    Attempt, Counts, DeliveryMessage, EventType, Failure, Job, MailScope, Outcome, Status, UserId,
    VideoId,
};
use framezip_runtime::{
    masked, metric, objects,
    sqs::{self, HandlerError, Later, ReceivedMessage},
};
use framezip_store::{GivenUp, Lease, NewDelivery, Record};
use jiff::Timestamp;
use std::time::Duration;
use uuid::Uuid;

/// The time for which a handler keeps the right to mail the owner. Longer than the function's timeout.
const NOTICE_LEASE: Duration = Duration::from_secs(60);

/// The number of deliveries after which SQS moves a message to `outcomes-dlq`: `maxReceiveCount` in the template.
const MAX_RECEIVES: u32 = 10;

/// Writes that a job failed for good, and notifies the owner. A job of another attempt or of a deleted video has no
/// effect. While another message holds the lease, the job waits: it is a copy, and the other one may succeed.
pub(crate) async fn fail_job(
    notifier: &Notifier,
    job: Job,
    received: ReceivedMessage,
) -> Result<(), HandlerError> {
    let message = job.fan_out().unwrap_or(&received.message_id);
    let Job { owner, video: id, attempt, .. } = &job;
    let failure = Failure::internal();
    match notifier.videos.give_up(owner, *id, *attempt, message, &failure).await? {
        GivenUp::Failed(record) => {
            tracing::error!(video.id = %id, "a video's job failed for good");
            metric::count("JobsGivenUp");
            count(notifier, &record).await;
        }
        // the other message ends the video, or the reconciler does
        GivenUp::Held(_) if received.receive_count >= MAX_RECEIVES => {
            tracing::warn!(video.id = %id, "dropped a job that was given up: another one holds the lease");
            return Ok(());
        }
        GivenUp::Held(until) => {
            return Err(Later(until.duration_since(Timestamp::now()).unsigned_abs()).into());
        }
        GivenUp::Refused => {}
    }
    notify_owner(notifier, owner, *id, *attempt).await
}

/// Writes the verdict and notifies the owner. A second run makes only those effects that are missing. An outcome of
/// another attempt or of a deleted video has no effect.
pub(crate) async fn finish(notifier: &Notifier, outcome: Outcome) -> Result<(), HandlerError> {
    let Outcome { owner, video: id, attempt, verdict, .. } = &outcome;
    if let Some(record) = notifier.videos.finish(owner, *id, *attempt, verdict).await? {
        count(notifier, &record).await;
    }
    notify_owner(notifier, owner, *id, *attempt).await
}

/// Counts the end of an attempt.
async fn count(notifier: &Notifier, ended: &Record) {
    let counts = Counts::finished(&ended.video, ended.started_at);
    metric::record(&notifier.videos, &counts).await;
}

/// Makes the effects on the owner that are missing: the mail and the webhook's event.
async fn notify_owner(
    notifier: &Notifier,
    owner: &UserId,
    id: VideoId,
    attempt: Attempt,
) -> Result<(), HandlerError> {
    let Some(record) = notifier.videos.get(owner, id).await? else {
        return Ok(remove_results(notifier, owner, id).await?);
    };
    if record.attempt != attempt || !record.video.status.is_final() || record.is_settled() {
        tracing::info!(video.id = %id, "ignored an outcome or a job: it was handled before, or is superseded");
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
    let is_sent = is_wanted && preferences.reaches(&record.email);
    if is_sent {
        let mail = if is_ready { Mail::Ready(&record.video) } else { Mail::Failed(&record.video) };
        let token = recipient::token(notifier, owner, &preferences).await?;
        if let Err(error) = notifier.mailer.send(&mail, &recipient::of(&record, &token)).await {
            metric::record(&notifier.videos, &Counts::email_failed()).await;
            return Err(error);
        }
    }
    // at once: a crash between the mail and this write repeats the mail
    notifier.videos.notice_sent(owner, id, &handling).await?;
    if is_sent {
        tracing::info!(
            video.id = %id,
            video.status = %record.video.status,
            email = masked(&record.email),
            "mailed a video's outcome to its owner"
        );
        metric::record(&notifier.videos, &Counts::email_sent()).await;
    }
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
