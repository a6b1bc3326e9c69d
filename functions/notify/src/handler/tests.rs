//! Batches through real clients over mocked HTTP.

use super::*;
use crate::mail::{Mailer, MailerSettings};
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
use aws_sdk_sqs::operation::change_message_visibility::ChangeMessageVisibilityOutput;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use framezip_contract::{
    Failure, ReminderSubject, Segment, Status, UserId, Verdict, VideoId, samples::video,
};
use framezip_runtime::sqs::QueueConsumer;
use framezip_store::Videos;
use std::{collections::HashMap, time::Duration};

type TableItem = HashMap<String, AttributeValue>;

fn notifier(dynamodb: &[&Rule], ses: &[&Rule], s3: &[&Rule]) -> Notifier {
    let dynamodb = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, dynamodb);
    let ses = mock_client!(aws_sdk_sesv2, RuleMode::MatchAny, ses);
    let sqs = mock_client!(aws_sdk_sqs, RuleMode::MatchAny, [] as [&Rule; 0]);
    Notifier {
        videos: Videos::new(dynamodb, "Videos"),
        mailer: Mailer::new(
            ses,
            MailerSettings {
                sender: "from@example.com".to_owned(),
                page_url: "http://page".to_owned(),
                configuration_set: "mails".to_owned(),
            },
        ),
        outcomes: QueueConsumer::new(
            sqs.clone(),
            "http://sqs/1/outcomes".to_owned(),
            Duration::from_secs(10),
        ),
        sqs,
        deliveries: "deliveries".to_owned(),
        s3: mock_client!(aws_sdk_s3, RuleMode::MatchAny, s3),
        results: "results".to_owned(),
    }
}

fn owner() -> UserId {
    UserId::try_from("owner".to_owned()).unwrap()
}

/// A batch of one message.
fn batch(body: &impl serde::Serialize) -> SqsEvent {
    let body = serde_json::to_string(body).unwrap();
    let record = serde_json::json!({
        "messageId": "message", "receiptHandle": "handle", "body": body,
        "attributes": {}, "messageAttributes": {}, "awsRegion": "eu-central-1",
        "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-central-1:1:outcomes",
    });
    serde_json::from_value(serde_json::json!({ "Records": [record] })).unwrap()
}

/// The failure of a job's attempt.
fn failed(job: &Job) -> Outcome {
    let verdict = Verdict::Failed(Failure::internal());
    Outcome::new(job.owner.clone(), job.video, verdict).of_attempt(job.attempt)
}

fn stored() -> TableItem {
    let video = framezip_contract::samples::video(framezip_contract::Status::Failed);
    let record = framezip_store::samples::record(video);
    let event = Some(framezip_contract::EventId::now());
    framezip_store::samples::item(&framezip_store::Record { event, ..record }).unwrap()
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
    let outcome = failed(&job);
    for event in [batch(&job), batch(&outcome)] {
        let answer = handle(&notifier, event).await;
        assert!(answer.batch_item_failures.is_empty());
    }
    assert_eq!((refused.num_calls(), read.num_calls()), (2, 2));
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
    let mail =
        mock!(aws_sdk_sesv2::Client::send_email).then_output(|| SendEmailOutput::builder().build());
    // the user has neither preferences nor a webhook
    let read = mock!(Client::get_item).then_compute_output(|request| {
        let is_video = request.key().unwrap()["sk"].as_s().unwrap().starts_with("video#");
        GetItemOutput::builder().set_item(is_video.then(stored)).build()
    });
    let job = Job::new(owner(), VideoId::now());
    let notifier = notifier(&[&counted, &update, &read], &[&mail], &[]);
    let answer = handle(&notifier, batch(&job)).await;
    assert!(answer.batch_item_failures.is_empty());
    // status, event, lease and end of the mail, token for unsubscribing, end of the checks
    assert_eq!((update.num_calls(), mail.num_calls()), (6, 1));
    // the failure, and the mail
    assert_eq!(counted.num_calls(), 2);
}

/// Refuses a write, because another message holds the lease.
fn held() -> Rule {
    let video = video(Status::Processing);
    let record = framezip_store::samples::record(video);
    let lease = Some(framezip_store::Lease::of("another", Duration::from_secs(900)));
    let item = framezip_store::samples::item(&framezip_store::Record { lease, ..record }).unwrap();
    mock!(Client::update_item).then_error(move || {
        let refusal = ConditionalCheckFailedException::builder().set_item(Some(item.clone()));
        UpdateItemError::ConditionalCheckFailedException(refusal.build())
    })
}

#[tokio::test]
async fn a_job_that_was_given_up_waits_for_the_worker_of_another() {
    let hidden = mock!(aws_sdk_sqs::Client::change_message_visibility)
        // the lease, and the time until its message comes again
        .match_requests(|request| request.visibility_timeout().is_some_and(|time| time > 1000))
        .then_output(|| ChangeMessageVisibilityOutput::builder().build());
    let refused = held();
    let mut notifier = notifier(&[&refused], &[], &[]);
    let sqs = mock_client!(aws_sdk_sqs, [&hidden]);
    notifier.outcomes = QueueConsumer::new(sqs, "outcomes".to_owned(), Duration::from_secs(10));
    let mut event = batch(&Job::new(owner(), VideoId::now()));
    let answer = handle(&notifier, event.clone()).await;
    assert_eq!((answer.batch_item_failures.len(), hidden.num_calls()), (1, 1));
    // on its last delivery it is dropped: the other message is still there
    let count = ("ApproximateReceiveCount".to_owned(), "10".to_owned());
    event.records[0].attributes.extend([count]);
    let answer = handle(&notifier, event).await;
    assert_eq!((answer.batch_item_failures.len(), refused.num_calls()), (0, 2));
}

#[test]
fn a_message_has_one_form() {
    let job = Job::new(owner(), VideoId::now());
    let (failed, reminder) = (failed(&job), Reminder::new(owner(), ReminderSubject::WebhookOff));
    let bounce = serde_json::json!({ "eventType": "Bounce", "mail": { "destination": [] } });
    let part = Segment { fan_out: "message".to_owned(), first: 0, end: 9, depth: 1 };
    let segment = Job::segment(owner(), VideoId::now(), part);
    let result = video(Status::Ready).result.unwrap();
    let verdict = Verdict::Ready { result, warnings: Vec::new() };
    let ready = Outcome::new(owner(), VideoId::now(), verdict);
    let read = |body: serde_json::Value| serde_json::from_value::<Message>(body).unwrap();
    assert!(matches!(read(serde_json::json!(failed)), Message::Outcome(_)));
    assert!(
        matches!(read(serde_json::json!(ready)), Message::Outcome(outcome) if outcome == ready)
    );
    assert!(
        matches!(read(serde_json::json!(segment)), Message::FailedJob(read) if read == segment)
    );
    assert!(matches!(read(serde_json::json!(reminder)), Message::Reminder(_)));
    assert!(matches!(read(serde_json::json!(job)), Message::FailedJob(_)));
    assert!(matches!(read(bounce), Message::MailEvent(_)));
}
