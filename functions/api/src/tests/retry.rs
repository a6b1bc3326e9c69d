//! `POST /videos/{id}/retry`.

use super::{ID, Item, answer_to, context, create::key_item, delete::listed, record};
use aws_sdk_dynamodb::{
    operation::{
        get_item::GetItemOutput,
        query::QueryOutput,
        transact_write_items::{
            TransactWriteItemsError, TransactWriteItemsInput, TransactWriteItemsOutput,
        },
    },
    types::{AttributeValue, CancellationReason, error::TransactionCanceledException},
};
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_sqs::operation::send_message::SendMessageOutput;
use aws_smithy_mocks::{Rule, mock};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};

type DynamoDb = aws_sdk_dynamodb::Client;
type S3 = aws_sdk_s3::Client;

/// A user's video on its third attempt.
fn stored(status: &'static str) -> Rule {
    let mut record = record(status).into_iter().collect::<Item>();
    record.insert("attempt".to_owned(), AttributeValue::N("2".to_owned()));
    mock!(DynamoDb::get_item)
        .match_requests(|request| sort_key(request.key().unwrap()).starts_with("video#"))
        .then_output(move || GetItemOutput::builder().set_item(Some(record.clone())).build())
}

/// The item that is stored under the key `call-1`.
fn key(item: Option<Item>) -> Rule {
    mock!(DynamoDb::get_item)
        .match_requests(|request| sort_key(request.key().unwrap()) == "key#call-1")
        .then_output(move || GetItemOutput::builder().set_item(item.clone()).build())
}

/// Whether an attempt is the time of a call of the last minute.
fn is_now(attempt: Option<u64>) -> bool {
    let now = jiff::Timestamp::now().as_millisecond().unsigned_abs();
    attempt.is_some_and(|attempt| attempt <= now && attempt + 60_000 > now)
}

fn sort_key(key: &Item) -> &str {
    key["sk"].as_s().unwrap()
}

/// A query that counts this many unfinished videos.
fn unfinished(count: i32) -> Rule {
    mock!(DynamoDb::query).then_output(move || QueryOutput::builder().count(count).build())
}

fn source(size: i64) -> Rule {
    listed("uploads", format!("user-1/{ID}/source"), "", size)
}

/// The queue, which accepts only the job of an attempt that begins now.
fn queue() -> Rule {
    mock!(aws_sdk_sqs::Client::send_message)
        .match_requests(|request| {
            let job: Value = serde_json::from_str(request.message_body().unwrap()).unwrap();
            is_now(job["attempt"].as_u64())
                && job["video"] == ID
                && request.queue_url() == Some("jobs")
        })
        .then_output(|| SendMessageOutput::builder().build())
}

fn written(expected: impl Fn(&TransactWriteItemsInput) -> bool + Send + Sync + 'static) -> Rule {
    mock!(DynamoDb::transact_write_items)
        .match_requests(expected)
        .then_output(|| TransactWriteItemsOutput::builder().build())
}

fn refused(reasons: Vec<CancellationReason>) -> Rule {
    mock!(DynamoDb::transact_write_items).then_error(move || {
        let canceled = TransactionCanceledException::builder();
        let canceled = canceled.set_cancellation_reasons(Some(reasons.clone())).build();
        TransactWriteItemsError::TransactionCanceledException(canceled)
    })
}

fn failed_condition() -> CancellationReason {
    CancellationReason::builder().code("ConditionalCheckFailed").build()
}

async fn retried(rules: &[&Rule], body: &str) -> (u16, Value) {
    retried_with(None, rules, body).await
}

async fn retried_with(key: Option<&str>, rules: &[&Rule], body: &str) -> (u16, Value) {
    let mut request = Request::post(format!("/videos/{ID}/retry")).extension(context("id"));
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let (status, _, json) = answer_to(rules, request).await;
    (status.as_u16(), json)
}

#[tokio::test]
async fn a_final_video_is_queued_again() {
    for status in ["ready", "failed"] {
        let written = written(|request| {
            let [write] = request.transact_items() else { return false };
            let values = write.update().unwrap().expression_attribute_values().unwrap();
            is_now(values[":next"].as_n().unwrap().parse().ok())
                && values[":extraction"].as_m().unwrap().contains_key("every")
        });
        let (stored, room, source, queue) = (stored(status), unfinished(99), source(1000), queue());
        let rules = [&stored, &room, &source, &queue, &written];
        let (status, video) = retried(&rules, r#"{"extraction":{"every":2}}"#).await;
        assert_eq!((status, &video["status"]), (202, &json!("queued")), "{video}");
        assert_eq!(video["extraction"]["every"], 2);
        assert_eq!(queue.num_calls(), 1);
    }
}

#[tokio::test]
async fn a_job_is_sent_before_its_attempt_begins() {
    let refused = refused(vec![failed_condition()]);
    let (stored, room, source, queue) = (stored("failed"), unfinished(0), source(1000), queue());
    let rules = [&stored, &room, &source, &queue, &refused];
    let (status, problem) = retried(&rules, "").await;
    assert_eq!((status, &problem["code"]), (409, &json!("not_finished")));
    assert_eq!((queue.num_calls(), refused.num_calls()), (1, 1));
}

#[tokio::test]
async fn a_refused_retry_sends_no_job() {
    for status in ["awaiting_upload", "queued", "processing"] {
        let (status, problem) = retried(&[&stored(status)], "").await;
        assert_eq!((status, &problem["code"]), (409, &json!("not_finished")));
    }
    let gone = mock!(S3::list_objects_v2).then_output(|| ListObjectsV2Output::builder().build());
    for source in [gone, source(999)] {
        let (status, problem) = retried(&[&stored("ready"), &unfinished(0), &source], "").await;
        assert_eq!((status, &problem["code"]), (409, &json!("source_gone")));
    }
    let none = mock!(DynamoDb::get_item).then_output(|| GetItemOutput::builder().build());
    assert_eq!(retried(&[&none], "").await.0, 404);
    let wrong = r#"{"extraction":{"every":0,"quality":0}}"#;
    let (status, problem) = retried(&[], wrong).await;
    assert_eq!((status, problem["errors"].as_array().unwrap().len()), (400, 2));
}

#[tokio::test]
async fn a_retry_counts_as_an_unfinished_video() {
    let (status, problem) = retried(&[&stored("ready"), &unfinished(100)], "").await;
    assert_eq!((status, &problem["code"]), (409, &json!("too_many_videos")));
}

#[tokio::test]
async fn a_key_is_written_together_with_the_attempt() {
    let written = written(|request| {
        let [key, video] = request.transact_items() else { return false };
        let item = key.put().unwrap().item();
        item["sk"] == AttributeValue::S("key#call-1".to_owned()) && video.update().is_some()
    });
    let (stored, room, source, queue) = (stored("ready"), unfinished(0), source(1000), queue());
    let rules = [&stored, &key(None), &room, &source, &queue, &written];
    assert_eq!(retried_with(Some("call-1"), &rules, "").await.0, 202);
    assert_eq!(written.num_calls(), 1);
}

/// The item of a key whose call retried the video with this body.
fn retry_item(body: &str) -> Item {
    key_item(&format!("retry {ID} {body}"))
}

#[tokio::test]
async fn a_repeated_retry_returns_the_current_video() {
    for status in ["queued", "processing", "ready", "failed"] {
        let rules = [&stored(status), &key(Some(retry_item("{}")))];
        let (code, video) = retried_with(Some("call-1"), &rules, "{}").await;
        assert_eq!((code, &video["status"]), (200, &json!(status)), "{video}");
    }
}

#[tokio::test]
async fn a_key_is_refused_for_a_different_call() {
    for item in [retry_item("{}"), key_item(""), key_item(&format!("retry {} ", "other"))] {
        let rules = [&stored("ready"), &key(Some(item))];
        let (status, problem) = retried_with(Some("call-1"), &rules, "").await;
        assert_eq!((status, &problem["code"]), (422, &json!("idempotency_key_reused")));
    }
}

#[tokio::test]
async fn the_slower_of_two_concurrent_retries_returns_the_video() {
    // the other call wrote its key and the video after this one read them
    let taken = CancellationReason::builder().code("ConditionalCheckFailed");
    let taken = taken.set_item(Some(retry_item(""))).build();
    let refused = refused(vec![taken, failed_condition()]);
    let (stored, room, source, queue) = (stored("ready"), unfinished(0), source(1000), queue());
    let rules = [&stored, &key(None), &room, &source, &queue, &refused];
    let (status, video) = retried_with(Some("call-1"), &rules, "").await;
    assert_eq!((status, &video["id"]), (200, &json!(ID)), "{video}");
}

#[tokio::test]
async fn a_repeated_retry_is_not_refused_because_of_its_own_video() {
    let found = mock!(DynamoDb::get_item)
        .match_requests(|request| sort_key(request.key().unwrap()) == "key#call-1")
        .sequence()
        .output(|| GetItemOutput::builder().build())
        .output(|| GetItemOutput::builder().set_item(Some(retry_item(""))).build())
        .build();
    let rules = [&stored("ready"), &found, &unfinished(100)];
    assert_eq!(retried_with(Some("call-1"), &rules, "").await.0, 200);
}
