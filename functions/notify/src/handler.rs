//! A batch of messages from one of the three queues.

use crate::{
    mail::{Mailer, MailerSettings},
    mail_event, outcome, reminder,
};
use aws_lambda_events::{event::sqs::SqsEvent, sqs::SqsBatchResponse};
use framezip_contract::{Counts, Job, OutcomeMessage};
use framezip_runtime::{
    metric,
    settings::{self, SettingError},
    sqs::QueueConsumer,
};
use framezip_store::Videos;
use lambda_runtime::Error;
use std::time::Duration;

/// The pause before a failed message is delivered again; it doubles after each further failure.
const FIRST_PAUSE: Duration = Duration::from_secs(10);

/// The clients and settings of the function.
pub(crate) struct Notifier {
    pub(crate) videos: Videos,
    pub(crate) mailer: Mailer,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    /// The bucket of zips.
    pub(crate) results: String,
    /// The URL of the queue of webhook deliveries.
    pub(crate) deliveries: String,
    pub(crate) outcomes: QueueConsumer,
    pub(crate) dead_jobs: QueueConsumer,
    pub(crate) mail_events: QueueConsumer,
}

impl Notifier {
    /// Reads the settings from the environment and builds the clients.
    ///
    /// # Errors
    /// Names the variable that is missing or invalid.
    pub(crate) fn from_env() -> Result<Self, SettingError> {
        let config = framezip_runtime::sdk_config()?;
        let sqs = aws_sdk_sqs::Client::new(&config);
        let consumer = |url| QueueConsumer::new(sqs.clone(), url, FIRST_PAUSE);
        Ok(Self {
            videos: Videos::new(aws_sdk_dynamodb::Client::new(&config), settings::table_name()?),
            mailer: Mailer::new(
                aws_sdk_sesv2::Client::new(&config),
                MailerSettings {
                    sender: settings::sender_email()?,
                    page_url: settings::api_url()?,
                    configuration_set: settings::configuration_set().ok(),
                },
            ),
            s3: aws_sdk_s3::Client::new(&config),
            results: settings::results_bucket()?,
            deliveries: settings::deliveries_queue_url()?,
            outcomes: consumer(settings::outcomes_queue_url()?),
            dead_jobs: consumer(settings::jobs_dlq_url()?),
            mail_events: consumer(settings::mail_events_queue_url()?),
            sqs,
        })
    }

    /// Handles a batch from any of the queues. Lambda never mixes two queues in one batch.
    pub(crate) async fn handle(&self, batch: SqsEvent) -> Result<SqsBatchResponse, Error> {
        let arn = batch.records.first().and_then(|record| record.event_source_arn.clone());
        let is_from = |queue: &QueueConsumer| arn.as_deref().is_some_and(|arn| queue.is(arn));
        if is_from(&self.dead_jobs) {
            let handler = async |job: Job, _| outcome::fail_job(self, job).await;
            return Ok(self.dead_jobs.handle(batch, handler).await);
        }
        if is_from(&self.mail_events) {
            let handler = async |event, _| mail_event::handle(self, event).await;
            return Ok(self.mail_events.handle(batch, handler).await);
        }
        let handler = async |message, _| match message {
            OutcomeMessage::Outcome(outcome) => outcome::finish(self, outcome).await,
            OutcomeMessage::Reminder(reminder) => reminder::send(self, reminder).await,
        };
        Ok(self.outcomes.handle(batch, handler).await)
    }

    pub(crate) async fn count(&self, counts: Counts) {
        metric::record(&counts, self.videos.count(&counts)).await;
    }
}

#[cfg(test)]
mod tests;
