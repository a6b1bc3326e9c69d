//! What came of a video: written, then told.

use crate::mail::Mailer;
use aws_lambda_events::{event::sqs::SqsEvent, sqs::SqsBatchResponse};
use framezip_contract::{ErrorCode, Failure, Job, Outcome, Verdict};
use framezip_runtime::{
    masked, metric,
    settings::{self, SettingError},
    sqs::{Delivery, HandlerError, Inbox},
};
use framezip_store::{Lease, Videos};
use lambda_runtime::Error;
use std::time::Duration;

/// A message that failed may come again after this; the pause doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(10);
/// How long a message's handler has the right to tell the owner. Above the function's timeout.
const NOTICE_LEASE: Duration = Duration::from_secs(60);

/// What telling an outcome needs.
pub(crate) struct Notifier {
    videos: Videos,
    mailer: Mailer,
    outcomes: Inbox,
    dead_jobs: Inbox,
}

impl Notifier {
    /// From the environment.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub(crate) async fn from_env() -> Result<Self, SettingError> {
        let config = framezip_runtime::sdk_config().await;
        let sqs = aws_sdk_sqs::Client::new(&config);
        Ok(Self {
            videos: Videos::new(aws_sdk_dynamodb::Client::new(&config), settings::table_name()?),
            mailer: Mailer::new(
                aws_sdk_sesv2::Client::new(&config),
                settings::sender_email()?,
                settings::api_url()?,
            ),
            outcomes: Inbox::new(sqs.clone(), settings::outcomes_queue_url()?, FIRST_PAUSE),
            dead_jobs: Inbox::new(sqs, settings::jobs_dlq_url()?, FIRST_PAUSE),
        })
    }

    /// A batch from either queue; Lambda never mixes two queues in one.
    pub(crate) async fn handle(&self, batch: SqsEvent) -> Result<SqsBatchResponse, Error> {
        let arn = batch.records.first().and_then(|record| record.event_source_arn.as_deref());
        if arn.is_some_and(|arn| self.dead_jobs.is(arn)) {
            let handler = async |job: Job, delivery| self.settle(given_up(job), delivery).await;
            return Ok(self.dead_jobs.handle(batch, handler).await);
        }
        let handler = async |outcome: Outcome, delivery| self.settle(outcome, delivery).await;
        Ok(self.outcomes.handle(batch, handler).await)
    }

    /// Writes the verdict and tells the owner. Run twice, it changes nothing and tells nobody twice.
    /// Where the mail fails, the verdict stands and the message comes again for the mail.
    async fn settle(&self, outcome: Outcome, delivery: Delivery) -> Result<(), HandlerError> {
        let Outcome { owner, video: id, verdict, .. } = outcome;
        self.videos.finish(&owner, id, &verdict).await?;
        let lease = Lease::of(&delivery.message_id, NOTICE_LEASE);
        let Some(record) = self.videos.claim_notice(&owner, id, lease).await? else {
            tracing::info!(video.id = %id, "the owner was told already, or is being told");
            return Ok(());
        };
        self.mailer.send(&record).await?;
        self.videos.told(&owner, id).await?;
        tracing::info!(
            video.id = %id,
            video.status = %record.video.status,
            email = masked(&record.email),
            "told the owner what came of a video"
        );
        Ok(())
    }
}

fn given_up(job: Job) -> Outcome {
    tracing::error!(video.id = %job.video, "a video's job was given up");
    metric::count("JobsGivenUp");
    let failure = Failure::new(
        ErrorCode::Internal,
        "We could not process this video, and we have been told. Try again later.",
    );
    Outcome::new(job.owner, job.video, Verdict::Failed(failure))
}
