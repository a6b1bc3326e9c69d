//! A batch of outcomes, or of failed jobs: each is written to the record and mailed to the owner.

use crate::mail::Mailer;
use aws_lambda_events::{event::sqs::SqsEvent, sqs::SqsBatchResponse};
use framezip_contract::{Counts, ErrorCode, Failure, Job, Outcome, UserId, Verdict, VideoId};
use framezip_runtime::{
    masked, metric, objects,
    settings::{self, SettingError},
    sqs::{HandlerError, QueueConsumer, ReceivedMessage},
};
use framezip_store::{Lease, Videos};
use lambda_runtime::Error;
use std::time::Duration;

/// The pause before a failed message is delivered again; it doubles after each further failure.
const FIRST_PAUSE: Duration = Duration::from_secs(10);
/// The time for which a message keeps the right to notify the owner. Longer than the function's timeout.
const NOTICE_LEASE: Duration = Duration::from_secs(60);

/// The clients and settings of the function.
pub(crate) struct Notifier {
    videos: Videos,
    mailer: Mailer,
    s3: aws_sdk_s3::Client,
    /// The bucket of zips.
    results: String,
    outcomes: QueueConsumer,
    dead_jobs: QueueConsumer,
}

impl Notifier {
    /// Reads the settings from the environment and builds the clients.
    ///
    /// # Errors
    /// Names the variable that is missing or invalid.
    pub(crate) fn from_env() -> Result<Self, SettingError> {
        let config = framezip_runtime::sdk_config()?;
        let sqs = aws_sdk_sqs::Client::new(&config);
        Ok(Self {
            videos: Videos::new(aws_sdk_dynamodb::Client::new(&config), settings::table_name()?),
            mailer: Mailer::new(
                aws_sdk_sesv2::Client::new(&config),
                settings::sender_email()?,
                settings::api_url()?,
            ),
            s3: aws_sdk_s3::Client::new(&config),
            results: settings::results_bucket()?,
            outcomes: QueueConsumer::new(sqs.clone(), settings::outcomes_queue_url()?, FIRST_PAUSE),
            dead_jobs: QueueConsumer::new(sqs, settings::jobs_dlq_url()?, FIRST_PAUSE),
        })
    }

    /// Handles a batch from either queue. Lambda never mixes two queues in one batch.
    pub(crate) async fn handle(&self, batch: SqsEvent) -> Result<SqsBatchResponse, Error> {
        let arn = batch.records.first().and_then(|record| record.event_source_arn.as_deref());
        if arn.is_some_and(|arn| self.dead_jobs.is(arn)) {
            let handler = async |job: Job, received| self.fail_job(job, received).await;
            return Ok(self.dead_jobs.handle(batch, handler).await);
        }
        let handler = async |outcome: Outcome, received| self.finish(outcome, received).await;
        Ok(self.outcomes.handle(batch, handler).await)
    }

    /// Writes that a job failed for good, and notifies the owner. A job of an earlier attempt or of a
    /// deleted video has no effect.
    async fn fail_job(&self, job: Job, received: ReceivedMessage) -> Result<(), HandlerError> {
        let outcome = failed_job_outcome(job);
        if self.write(&outcome).await? {
            tracing::error!(video.id = %outcome.video, "a video's job failed for good");
            metric::count("JobsGivenUp");
        }
        self.notify_owner(&outcome, received).await
    }

    /// Writes the verdict and notifies the owner. A second run changes nothing and sends no second mail. If
    /// the mail fails, the verdict stands and the message is delivered again for the mail. An outcome of
    /// an earlier attempt or of a deleted video has no effect.
    async fn finish(
        &self,
        outcome: Outcome,
        received: ReceivedMessage,
    ) -> Result<(), HandlerError> {
        self.write(&outcome).await?;
        self.notify_owner(&outcome, received).await
    }

    /// Writes the verdict. Returns whether it was new.
    async fn write(&self, outcome: &Outcome) -> Result<bool, HandlerError> {
        let Outcome { owner, video: id, attempt, verdict, .. } = outcome;
        let Some(record) = self.videos.finish(owner, *id, *attempt, verdict).await? else {
            return Ok(false);
        };
        self.count(Counts::finished(&record.video, record.started_at)).await;
        Ok(true)
    }

    /// Mails the outcome to the owner, once.
    async fn notify_owner(
        &self,
        outcome: &Outcome,
        received: ReceivedMessage,
    ) -> Result<(), HandlerError> {
        let Outcome { owner, video: id, attempt, .. } = outcome;
        let message = &received.message_id;
        let lease = Lease::of(message, NOTICE_LEASE);
        let Some(record) = self.videos.claim_notice(owner, *id, *attempt, lease).await? else {
            return Ok(self.ignore(owner, *id).await?);
        };
        let sent = self.mailer.send(&record).await;
        let counts = if sent.is_ok() { Counts::email_sent() } else { Counts::email_failed() };
        self.count(counts).await;
        sent?;
        self.videos.notice_sent(owner, *id, message).await?;
        tracing::info!(
            video.id = %id,
            video.status = %record.video.status,
            email = masked(&record.email),
            "mailed a video's outcome to its owner"
        );
        Ok(())
    }

    /// Sends no mail: the owner has received it, or another message's handler is sending it, or the owner
    /// has retried or deleted the video. Removes the objects that a worker may have written after the
    /// video's deletion.
    async fn ignore(&self, owner: &UserId, id: VideoId) -> anyhow::Result<()> {
        if self.videos.get(owner, id).await?.is_some() {
            tracing::info!(video.id = %id, "sent no mail: the outcome was handled before or is superseded");
            return Ok(());
        }
        let count = objects::remove_results(&self.s3, &self.results, owner, id).await?;
        tracing::info!(
            video.id = %id,
            objects.count = count,
            "removed the results of a deleted video"
        );
        Ok(())
    }

    async fn count(&self, counts: Counts) {
        metric::record(&counts, self.videos.count(&counts)).await;
    }
}

/// The outcome of a job that failed for good.
fn failed_job_outcome(job: Job) -> Outcome {
    let failure = Failure::new(
        ErrorCode::Internal,
        "We could not process this video because of a problem on our side. We have been notified. Try \
         again later.",
    );
    Outcome::new(job.owner, job.video, Verdict::Failed(failure)).of_attempt(job.attempt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::{
        Client,
        operation::{
            get_item::GetItemOutput,
            update_item::{UpdateItemError, UpdateItemInput, UpdateItemOutput},
        },
        types::{AttributeValue, error::ConditionalCheckFailedException},
    };
    use aws_sdk_s3::operation::{
        delete_objects::DeleteObjectsOutput, list_objects_v2::ListObjectsV2Output,
    };
    use aws_sdk_sesv2::operation::send_email::SendEmailOutput;
    use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
    use std::collections::HashMap;

    type TableItem = HashMap<String, AttributeValue>;

    fn notifier(dynamodb: &[&Rule], ses: &[&Rule], s3: &[&Rule]) -> Notifier {
        let dynamodb = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, dynamodb);
        let ses = mock_client!(aws_sdk_sesv2, RuleMode::MatchAny, ses);
        let consumer = |name: &str| {
            let sqs = mock_client!(aws_sdk_sqs, RuleMode::MatchAny, [] as [&Rule; 0]);
            QueueConsumer::new(sqs, format!("http://sqs/1/{name}"), FIRST_PAUSE)
        };
        Notifier {
            videos: Videos::new(dynamodb, "Videos"),
            mailer: Mailer::new(ses, "from@example.com".to_owned(), "http://api".to_owned()),
            outcomes: consumer("outcomes"),
            dead_jobs: consumer("jobs-dlq"),
            s3: mock_client!(aws_sdk_s3, RuleMode::MatchAny, s3),
            results: "results".to_owned(),
        }
    }

    fn owner() -> UserId {
        UserId::try_from("owner".to_owned()).unwrap()
    }

    /// A batch of one message.
    fn batch(queue: &str, body: &impl serde::Serialize) -> SqsEvent {
        let body = serde_json::to_string(body).unwrap();
        let record = serde_json::json!({
            "messageId": "message", "receiptHandle": "handle", "body": body,
            "attributes": {}, "messageAttributes": {}, "awsRegion": "eu-central-1",
            "eventSource": "aws:sqs", "eventSourceARN": format!("arn:aws:sqs:eu-central-1:1:{queue}"),
        });
        serde_json::from_value(serde_json::json!({ "Records": [record] })).unwrap()
    }

    fn stored() -> TableItem {
        let video = framezip_contract::samples::video(framezip_contract::Status::Failed);
        framezip_store::samples::item(&framezip_store::samples::record(video)).unwrap()
    }

    /// Handles a late job and a late outcome of the second attempt. Their writes are refused.
    async fn handle_late(found: Option<TableItem>, s3: &[&Rule]) {
        let refused = mock!(Client::update_item)
            .match_requests(|request| {
                request.condition_expression().unwrap().starts_with("attempt = :attempt AND")
                    && request.expression_attribute_values().unwrap()[":attempt"]
                        == AttributeValue::N("1".to_owned())
            })
            .then_error(|| {
                UpdateItemError::ConditionalCheckFailedException(
                    ConditionalCheckFailedException::builder().build(),
                )
            });
        let read = mock!(Client::get_item)
            .then_output(move || GetItemOutput::builder().set_item(found.clone()).build());
        let notifier = notifier(&[&refused, &read], &[], s3);
        let job = Job::new(owner(), VideoId::now()).of_attempt(1);
        let outcome = failed_job_outcome(job.clone());
        for event in [batch("jobs-dlq", &job), batch("outcomes", &outcome)] {
            let answer = notifier.handle(event).await.unwrap();
            assert!(answer.batch_item_failures.is_empty());
        }
        assert_eq!((refused.num_calls(), read.num_calls()), (4, 2));
    }

    #[tokio::test]
    async fn a_superseded_message_is_ignored() {
        handle_late(Some(stored()), &[]).await;
    }

    #[tokio::test]
    async fn the_results_of_a_deleted_video_are_removed() {
        let list = mock!(aws_sdk_s3::Client::list_objects_v2).then_output(|| {
            let zip = aws_sdk_s3::types::Object::builder().key("owner/id/0/frames.zip").build();
            ListObjectsV2Output::builder().contents(zip).build()
        });
        let delete = mock!(aws_sdk_s3::Client::delete_objects)
            .match_requests(|request| request.bucket() == Some("results"))
            .then_output(|| DeleteObjectsOutput::builder().build());
        handle_late(None, &[&list, &delete]).await;
        // two folders for each of two messages
        assert_eq!((list.num_calls(), delete.num_calls()), (4, 4));
    }

    #[tokio::test]
    async fn a_job_that_failed_for_good_is_mailed_and_recorded() {
        let counts = |request: &UpdateItemInput| {
            request.update_expression().is_some_and(|expression| expression.starts_with("ADD "))
        };
        let counted = mock!(Client::update_item)
            .match_requests(counts)
            .then_output(|| UpdateItemOutput::builder().build());
        let update = mock!(Client::update_item)
            .match_requests(move |request| !counts(request))
            .then_output(|| UpdateItemOutput::builder().set_attributes(Some(stored())).build());
        let mail = mock!(aws_sdk_sesv2::Client::send_email)
            .then_output(|| SendEmailOutput::builder().build());
        let job = Job::new(owner(), VideoId::now());
        let notifier = notifier(&[&counted, &update], &[&mail], &[]);
        let answer = notifier.handle(batch("jobs-dlq", &job)).await.unwrap();
        assert!(answer.batch_item_failures.is_empty());
        assert_eq!((update.num_calls(), mail.num_calls()), (3, 1));
        // the failure, and the mail
        assert_eq!(counted.num_calls(), 2);
    }
}
