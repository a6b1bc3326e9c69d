//! S3's events about uploads: each queues the video whose file has arrived. `enqueue` receives them, and the
//! reconciler handles those again that `enqueue` failed to handle.
//!
//! Needs what [`intake`](crate::intake) needs, `dynamodb:GetItem` on the table, and `s3:DeleteObject` on the uploads.

use crate::{intake::Intake, metric};
use anyhow::Context;
use aws_lambda_events::{event::s3::S3Event, s3::S3EventRecord};
use framezip_contract::{ObjectKey, Status};
use framezip_store::Videos;
use percent_encoding::percent_decode_str;

/// The handler of S3's events about uploads.
#[derive(Clone, Debug)]
pub struct UploadEvents {
    videos: Videos,
    intake: Intake,
    s3: aws_sdk_s3::Client,
    /// The bucket of uploaded videos.
    uploads: String,
}

impl UploadEvents {
    /// Returns the handler of events of the bucket `uploads`.
    pub fn new(videos: Videos, intake: Intake, s3: aws_sdk_s3::Client, uploads: String) -> Self {
        Self { videos, intake, s3, uploads }
    }

    /// Queues every video of the event. If one fails, the whole event has to be handled again. Videos that were
    /// already queued are not queued twice.
    ///
    /// # Errors
    /// If S3, SQS or DynamoDB refuse or cannot be reached.
    pub async fn handle(&self, event: S3Event) -> anyhow::Result<()> {
        for record in event.records {
            let key = record.s3.object.key.clone().unwrap_or_default();
            match object_key(&key) {
                Some(key) => self.enqueue(&key, &record).await?,
                None => {
                    tracing::error!(object.key = key, "ignored an object that is not an upload");
                    metric::count("UnknownObjects");
                }
            }
        }
        Ok(())
    }

    async fn enqueue(&self, key: &ObjectKey, event: &S3EventRecord) -> anyhow::Result<()> {
        let Some(record) = self.videos.get(&key.owner, key.video).await? else {
            return self.remove_upload(key).await;
        };
        let video = record.video;
        if video.status != Status::AwaitingUpload {
            tracing::info!(video.id = %video.id, "ignored a repeated event of an upload");
            return Ok(());
        }
        let bytes = event.s3.object.size.unwrap_or_default().unsigned_abs();
        self.intake.accept(&video, bytes).await
    }

    /// Removes an upload that arrived after its video was deleted, through a URL that was still valid. No
    /// record refers to it.
    async fn remove_upload(&self, key: &ObjectKey) -> anyhow::Result<()> {
        let object = key.to_string();
        let delete = self.s3.delete_object().bucket(&self.uploads).key(&object);
        let deleted = delete.send().await.map_err(aws_sdk_s3::Error::from);
        deleted
            .with_context(|| format!("S3 DeleteObject of s3://{}/{object} failed", self.uploads))?;
        tracing::warn!(video.id = %key.video, "removed an upload of a deleted video");
        Ok(())
    }
}

/// Parses the key of an S3 event, which is encoded like a form: `+` for a space, `%` for the rest.
fn object_key(encoded: &str) -> Option<ObjectKey> {
    let spaced = encoded.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::operation::{
        get_item::GetItemOutput,
        update_item::{UpdateItemError, UpdateItemOutput},
    };
    use aws_sdk_s3::operation::delete_object::DeleteObjectOutput;
    use aws_sdk_sqs::operation::send_message::SendMessageOutput;
    use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};

    const EVENT: &str = include_str!("../../../events/enqueue.json");

    fn item(status: &str) -> GetItemOutput {
        let status = serde_json::from_value(status.into()).unwrap();
        let owner =
            framezip_contract::UserId::try_from("83d4b8c2-50f1-7095-1c3a-9f2b6b1f0a11".to_owned())
                .unwrap();
        let video = framezip_contract::samples::video(status);
        let video = framezip_contract::Video { owner, bytes: 1 << 20, ..video };
        let item = framezip_store::samples::item(&framezip_store::samples::record(video)).unwrap();
        GetItemOutput::builder().set_item(Some(item)).build()
    }

    fn stored(status: &'static str) -> Rule {
        mock!(aws_sdk_dynamodb::Client::get_item).then_output(move || item(status))
    }

    fn sent_to(queue: &'static str) -> Rule {
        mock!(aws_sdk_sqs::Client::send_message)
            .match_requests(move |request| request.queue_url() == Some(queue))
            .then_output(|| SendMessageOutput::builder().build())
    }

    async fn handled(event: &str, dynamodb: &[&Rule], sqs: &[&Rule]) -> anyhow::Result<()> {
        handled_with_s3(event, dynamodb, sqs, &[]).await
    }

    async fn handled_with_s3(
        event: &str,
        dynamodb: &[&Rule],
        sqs: &[&Rule],
        s3: &[&Rule],
    ) -> anyhow::Result<()> {
        let dynamodb = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, dynamodb);
        let sqs = mock_client!(aws_sdk_sqs, RuleMode::MatchAny, sqs);
        let videos = Videos::new(dynamodb, "Videos");
        let (jobs, outcomes) = ("jobs".to_owned(), "outcomes".to_owned());
        let intake = Intake::new(videos.clone(), sqs, jobs, outcomes);
        let s3 = mock_client!(aws_sdk_s3, RuleMode::MatchAny, s3);
        let events = UploadEvents::new(videos, intake, s3, "uploads".to_owned());
        events.handle(serde_json::from_str(event).unwrap()).await
    }

    #[tokio::test]
    async fn the_job_is_sent_before_the_record_is_written() {
        let stored = stored("awaiting_upload");
        let sent = sent_to("jobs");
        let write = mock!(aws_sdk_dynamodb::Client::update_item)
            .then_error(|| UpdateItemError::unhandled("no"));
        assert!(handled(EVENT, &[&stored, &write], &[&sent]).await.is_err());
        assert_eq!((sent.num_calls(), write.num_calls()), (1, 1));
    }

    #[tokio::test]
    async fn a_queued_video_is_counted() {
        let (stored, sent) = (stored("awaiting_upload"), sent_to("jobs"));
        let write = mock!(aws_sdk_dynamodb::Client::update_item)
            .match_requests(|request| request.condition_expression().is_some())
            .then_output(|| {
                UpdateItemOutput::builder().set_attributes(item("queued").item).build()
            });
        let count = mock!(aws_sdk_dynamodb::Client::update_item)
            .match_requests(|request| request.update_expression() == Some("ADD #c0 :n0"))
            .then_error(|| UpdateItemError::unhandled("no"));
        handled(EVENT, &[&stored, &write, &count], &[&sent]).await.unwrap();
        assert_eq!((write.num_calls(), count.num_calls()), (1, 1));
    }

    #[tokio::test]
    async fn a_repeated_event_has_no_effect() {
        let stored = stored("processing");
        handled(EVENT, &[&stored], &[]).await.unwrap();
    }

    #[tokio::test]
    async fn an_upload_of_a_deleted_video_is_removed() {
        let gone = mock!(aws_sdk_dynamodb::Client::get_item)
            .then_output(|| GetItemOutput::builder().build());
        let removed = mock!(aws_sdk_s3::Client::delete_object)
            .match_requests(|request| {
                let key = "83d4b8c2-50f1-7095-1c3a-9f2b6b1f0a11/\
                           01990d2c-6a3e-7c51-9d0b-2f6c1a7be001/source";
                (request.bucket(), request.key()) == (Some("uploads"), Some(key))
            })
            .then_output(|| DeleteObjectOutput::builder().build());
        handled_with_s3(EVENT, &[&gone], &[], &[&removed]).await.unwrap();
        assert_eq!(removed.num_calls(), 1);
    }

    #[tokio::test]
    async fn an_upload_of_another_length_fails_the_video() {
        let stored = stored("awaiting_upload");
        let sent = sent_to("outcomes");
        let longer = EVENT.replace("1048576", "1048577");
        handled(&longer, &[&stored], &[&sent]).await.unwrap();
        assert_eq!(sent.num_calls(), 1);
    }

    #[tokio::test]
    async fn an_object_that_is_not_an_upload_is_ignored() {
        let other = EVENT.replace("/source", "/other");
        handled(&other, &[], &[]).await.unwrap();
    }

    #[test]
    fn keys_are_decoded() {
        let key = object_key("u%2D1/01990d2c-6a3e-7c51-9d0b-2f6c1a7be001/source").unwrap();
        assert_eq!(key.owner.as_str(), "u-1");
        assert!(object_key("a+b/01990d2c-6a3e-7c51-9d0b-2f6c1a7be001/source").is_none());
    }
}
