//! What came of a video: written, then told.

use crate::mail::Mailer;
use aws_lambda_events::{event::sqs::SqsEvent, sqs::SqsBatchResponse};
use framezip_contract::{Counts, ErrorCode, Failure, Job, Outcome, UserId, Verdict, VideoId};
use framezip_runtime::{
    masked, metric, objects,
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
    s3: aws_sdk_s3::Client,
    results: String,
    outcomes: Inbox,
    dead_jobs: Inbox,
}

impl Notifier {
    /// From the environment.
    ///
    /// # Errors
    /// Names the variable that is missing.
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
            outcomes: Inbox::new(sqs.clone(), settings::outcomes_queue_url()?, FIRST_PAUSE),
            dead_jobs: Inbox::new(sqs, settings::jobs_dlq_url()?, FIRST_PAUSE),
        })
    }

    /// A batch from either queue; Lambda never mixes two queues in one.
    pub(crate) async fn handle(&self, batch: SqsEvent) -> Result<SqsBatchResponse, Error> {
        let arn = batch.records.first().and_then(|record| record.event_source_arn.as_deref());
        if arn.is_some_and(|arn| self.dead_jobs.is(arn)) {
            let handler = async |job: Job, delivery| self.give_up(job, delivery).await;
            return Ok(self.dead_jobs.handle(batch, handler).await);
        }
        let handler = async |outcome: Outcome, delivery| self.settle(outcome, delivery).await;
        Ok(self.outcomes.handle(batch, handler).await)
    }

    /// Writes that a job was given up, and tells the owner. A job of an earlier attempt, or of a video
    /// that is gone, does nothing.
    async fn give_up(&self, job: Job, delivery: Delivery) -> Result<(), HandlerError> {
        let outcome = given_up(job);
        if self.write(&outcome).await? {
            tracing::error!(video.id = %outcome.video, "a video's job was given up");
            metric::count("JobsGivenUp");
        }
        self.tell(&outcome, delivery).await
    }

    /// Writes the verdict and tells the owner. Run twice, it changes nothing and tells nobody twice.
    /// Where the mail fails, the verdict stands and the message comes again for the mail. Of an earlier
    /// attempt, or of a video that is gone, nothing is written and nobody is told.
    async fn settle(&self, outcome: Outcome, delivery: Delivery) -> Result<(), HandlerError> {
        self.write(&outcome).await?;
        self.tell(&outcome, delivery).await
    }

    /// Whether the verdict is news.
    async fn write(&self, outcome: &Outcome) -> Result<bool, HandlerError> {
        let Outcome { owner, video: id, attempt, verdict, .. } = outcome;
        let Some(record) = self.videos.finish(owner, *id, *attempt, verdict).await? else {
            return Ok(false);
        };
        self.count(Counts::finished(&record.video, record.started_at)).await;
        Ok(true)
    }

    async fn tell(&self, outcome: &Outcome, delivery: Delivery) -> Result<(), HandlerError> {
        let Outcome { owner, video: id, attempt, .. } = outcome;
        let message = &delivery.message_id;
        let lease = Lease::of(message, NOTICE_LEASE);
        let Some(record) = self.videos.claim_notice(owner, *id, *attempt, lease).await? else {
            return Ok(self.ignore(owner, *id).await?);
        };
        let sent = self.mailer.send(&record).await;
        self.count(Counts::email(sent.is_ok())).await;
        sent?;
        self.videos.told(owner, *id, message).await?;
        tracing::info!(
            video.id = %id,
            video.status = %record.video.status,
            email = masked(&record.email),
            "told the owner what came of a video"
        );
        Ok(())
    }

    /// Sends no mail: the owner got it or is getting it, or has retried or deleted the video. Of a
    /// deleted video it removes what a worker may have written after the deletion.
    async fn ignore(&self, owner: &UserId, id: VideoId) -> anyhow::Result<()> {
        if self.videos.get(owner, id).await?.is_some() {
            tracing::info!(video.id = %id, "sent no mail: this outcome was handled or superseded");
            return Ok(());
        }
        let count = objects::remove_results(&self.s3, &self.results, owner, id).await?;
        tracing::info!(video.id = %id, objects.count = count, "cleaned up after a deleted video");
        Ok(())
    }

    async fn count(&self, counts: Counts) {
        metric::record(&counts, self.videos.count(&counts)).await;
    }
}

fn given_up(job: Job) -> Outcome {
    let failure = Failure::new(
        ErrorCode::Internal,
        "We could not process this video, and we have been told. Try again later.",
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

    type Item = HashMap<String, AttributeValue>;

    fn notifier(dynamodb: &[&Rule], ses: &[&Rule], s3: &[&Rule]) -> Notifier {
        let dynamodb = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, dynamodb);
        let ses = mock_client!(aws_sdk_sesv2, RuleMode::MatchAny, ses);
        let inbox = |name: &str| {
            let sqs = mock_client!(aws_sdk_sqs, RuleMode::MatchAny, [] as [&Rule; 0]);
            Inbox::new(sqs, format!("http://sqs/1/{name}"), FIRST_PAUSE)
        };
        Notifier {
            videos: Videos::new(dynamodb, "Videos"),
            mailer: Mailer::new(ses, "from@example.com".to_owned(), "http://api".to_owned()),
            outcomes: inbox("outcomes"),
            dead_jobs: inbox("jobs-dlq"),
            s3: mock_client!(aws_sdk_s3, RuleMode::MatchAny, s3),
            results: "results".to_owned(),
        }
    }

    fn owner() -> UserId {
        UserId::try_from("owner".to_owned()).unwrap()
    }

    /// The batch of one message.
    fn batch(queue: &str, body: &impl serde::Serialize) -> SqsEvent {
        let body = serde_json::to_string(body).unwrap();
        let record = serde_json::json!({
            "messageId": "message", "receiptHandle": "handle", "body": body,
            "attributes": {}, "messageAttributes": {}, "awsRegion": "eu-central-1",
            "eventSource": "aws:sqs", "eventSourceARN": format!("arn:aws:sqs:eu-central-1:1:{queue}"),
        });
        serde_json::from_value(serde_json::json!({ "Records": [record] })).unwrap()
    }

    fn stored() -> Item {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let failure = [("code", text("internal")), ("message", text("No."))];
        let failure = failure.map(|(name, value)| (name.to_owned(), value)).into();
        let attributes = [
            ("id", text("01990d2c-6a3e-7c51-9d0b-2f6c1a7be001")),
            ("owner", text("owner")),
            ("email", text("a@example.com")),
            ("fileName", text("a.mp4")),
            ("bytes", AttributeValue::N("1".to_owned())),
            ("contentType", text("video/mp4")),
            ("extraction", AttributeValue::M([].into())),
            ("status", text("failed")),
            ("error", AttributeValue::M(failure)),
            ("createdAt", text("2026-11-21T00:00:00Z")),
            ("updatedAt", text("2026-11-21T00:00:00Z")),
        ];
        attributes.map(|(name, value)| (name.to_owned(), value)).into()
    }

    /// Handles a late job and a late outcome of the second attempt, whose writes are refused.
    async fn handle_late(found: Option<Item>, s3: &[&Rule]) {
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
        let outcome = given_up(job.clone());
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
    async fn nothing_stays_of_a_deleted_video() {
        let list = mock!(aws_sdk_s3::Client::list_objects_v2).then_output(|| {
            let zip = aws_sdk_s3::types::Object::builder().key("owner/id/frames.zip").build();
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
    async fn a_job_given_up_is_mailed_and_noted_as_told() {
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
