//! S3's events that `enqueue` failed to handle. Lambda sends them to a dead-letter queue, from which they are received
//! here: as a trigger of a function, the queue would take two of an account's places for good.

use crate::reconciler::Reconciler;
use anyhow::Context;
use aws_lambda_events::event::s3::S3Event;
use aws_sdk_sqs::types::Message;
use framezip_runtime::metric;
use serde::Deserialize;

/// The most messages that SQS returns at once.
const MOST_MESSAGES: i32 = 10;
/// The wait for a message, in seconds: without any, SQS asks only some of its servers and may find none.
const WAIT: i32 = 1;

/// The message that Lambda sends for an event that a function failed to handle.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FailedEvent {
    request_payload: S3Event,
}

/// Handles the failed events again, until the queue is empty. A message that fails again stays on the queue, hidden for
/// the queue's visibility timeout. The future may be dropped at any time: what it has in hand comes again.
///
/// # Errors
/// If SQS refuses or cannot be reached.
pub(crate) async fn handle(reconciler: &Reconciler) -> anyhow::Result<()> {
    let (sqs, queue) = (&reconciler.sqs, &reconciler.failed_events);
    loop {
        let receive = sqs.receive_message().queue_url(queue);
        let receive = receive.max_number_of_messages(MOST_MESSAGES).wait_time_seconds(WAIT);
        let received = receive.send().await.map_err(aws_sdk_sqs::Error::from);
        let messages = received.context("SQS ReceiveMessage of the failed events failed")?.messages;
        let Some(messages) = messages.filter(|messages| !messages.is_empty()) else {
            return Ok(());
        };
        for message in messages {
            if let Err(error) = handle_one(reconciler, &message).await {
                let error = format!("{error:#}");
                tracing::error!(error, "a failed event could not be handled again");
                continue;
            }
            let delete = sqs.delete_message().queue_url(queue);
            let deleted = delete.set_receipt_handle(message.receipt_handle).send().await;
            if let Err(error) = deleted.map_err(aws_sdk_sqs::Error::from) {
                tracing::warn!(%error, "a failed event was handled and will come again");
            }
        }
    }
}

async fn handle_one(reconciler: &Reconciler, message: &Message) -> anyhow::Result<()> {
    match serde_json::from_str::<FailedEvent>(message.body().unwrap_or_default()) {
        Ok(failed) => {
            reconciler.upload_events.handle(failed.request_payload).await?;
            metric::count("EventsHandledAgain");
        }
        Err(error) => {
            tracing::error!(%error, "dropped a message whose body does not parse");
            metric::count("UnparsableMessages");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::operation::{
        get_item::{GetItemError, GetItemOutput},
        update_item::UpdateItemOutput,
    };
    use aws_sdk_sqs::operation::{
        delete_message::DeleteMessageOutput, receive_message::ReceiveMessageOutput,
        send_message::SendMessageOutput,
    };
    use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
    use framezip_contract::{Status, UserId, Video, samples::video};
    use framezip_runtime::{intake::Intake, upload_events::UploadEvents};
    use framezip_store::{Videos, samples};
    use serde_json::{Value, json};

    const EVENT: &str = include_str!("../../../events/enqueue.json");

    fn item(status: Status) -> GetItemOutput {
        let owner = UserId::try_from("83d4b8c2-50f1-7095-1c3a-9f2b6b1f0a11".to_owned()).unwrap();
        let video = Video { owner, bytes: 1 << 20, ..video(status) };
        let item = samples::item(&samples::record(video)).unwrap();
        GetItemOutput::builder().set_item(Some(item)).build()
    }

    fn received(body: String) -> Rule {
        let message = Message::builder().body(body).receipt_handle("handle").build();
        mock!(aws_sdk_sqs::Client::receive_message)
            .sequence()
            .output(move || ReceiveMessageOutput::builder().messages(message.clone()).build())
            .output(|| ReceiveMessageOutput::builder().build())
            .build()
    }

    fn deleted() -> Rule {
        mock!(aws_sdk_sqs::Client::delete_message)
            .match_requests(|request| request.receipt_handle() == Some("handle"))
            .then_output(|| DeleteMessageOutput::builder().build())
    }

    /// Handles one message.
    async fn handle_once(dynamodb: &[&Rule], sqs: &[&Rule]) {
        let dynamodb = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, dynamodb);
        let sqs = mock_client!(aws_sdk_sqs, RuleMode::MatchAny, sqs);
        let s3 = mock_client!(aws_sdk_s3, RuleMode::MatchAny, [] as [&Rule; 0]);
        let videos = Videos::new(dynamodb, "Videos");
        let (jobs, outcomes, uploads) =
            ("jobs".to_owned(), "outcomes".to_owned(), "uploads".to_owned());
        let intake = Intake::new(videos.clone(), sqs.clone(), jobs.clone(), outcomes.clone());
        let reconciler = Reconciler {
            upload_events: UploadEvents::new(
                videos.clone(),
                intake.clone(),
                s3.clone(),
                uploads.clone(),
            ),
            videos,
            intake,
            s3,
            sqs,
            uploads,
            jobs,
            outcomes,
            deliveries: "deliveries".to_owned(),
            failed_events: "events-dlq".to_owned(),
        };
        handle(&reconciler).await.unwrap();
    }

    #[tokio::test]
    async fn an_event_that_failed_before_is_handled_again() {
        let payload: Value = serde_json::from_str(EVENT).unwrap();
        let body = json!({ "version": "1.0", "requestPayload": payload }).to_string();
        let sent = mock!(aws_sdk_sqs::Client::send_message)
            .match_requests(|request| request.queue_url() == Some("jobs"))
            .then_output(|| SendMessageOutput::builder().build());
        let stored =
            mock!(aws_sdk_dynamodb::Client::get_item).then_output(|| item(Status::AwaitingUpload));
        let write = mock!(aws_sdk_dynamodb::Client::update_item).then_output(|| {
            UpdateItemOutput::builder().set_attributes(item(Status::Queued).item).build()
        });
        let (got, gone) = (received(body.clone()), deleted());
        handle_once(&[&stored, &write], &[&got, &sent, &gone]).await;
        assert_eq!((sent.num_calls(), gone.num_calls()), (1, 1));

        let unreadable =
            mock!(aws_sdk_dynamodb::Client::get_item).then_error(|| GetItemError::unhandled("no"));
        let (got, gone) = (received(body), deleted());
        handle_once(&[&unreadable], &[&got, &gone]).await;
        assert_eq!((got.num_calls(), gone.num_calls()), (2, 0), "it stays on the queue");
    }

    #[tokio::test]
    async fn a_message_of_another_kind_is_dropped() {
        let (got, gone) = (received("{}".to_owned()), deleted());
        handle_once(&[], &[&got, &gone]).await;
        assert_eq!(gone.num_calls(), 1);
    }
}
