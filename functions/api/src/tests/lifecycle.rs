//! Videos begun again, and deleted.

use super::{ID, Item, answer, record};
use aws_sdk_dynamodb::{
    operation::{
        delete_item::DeleteItemOutput,
        get_item::GetItemOutput,
        update_item::{UpdateItemError, UpdateItemOutput},
    },
    types::{AttributeValue, error::ConditionalCheckFailedException},
};
use aws_sdk_s3::{
    operation::{
        delete_objects::{DeleteObjectsError, DeleteObjectsOutput},
        list_objects_v2::ListObjectsV2Output,
    },
    types::Object,
};
use aws_sdk_sqs::operation::send_message::SendMessageOutput;
use aws_smithy_mocks::{Rule, mock};
use serde_json::{Value, json};

type DynamoDb = aws_sdk_dynamodb::Client;
type S3 = aws_sdk_s3::Client;

fn stored(status: &'static str) -> Rule {
    let record = Item::from([("attempt".to_owned(), AttributeValue::N("2".to_owned()))])
        .into_iter()
        .chain(record(status))
        .collect::<Item>();
    mock!(DynamoDb::get_item)
        .then_output(move || GetItemOutput::builder().set_item(Some(record.clone())).build())
}

/// A bucket's folder with one object in it.
fn listed(bucket: &'static str, prefix: String, key: &str, size: i64) -> Rule {
    let object = Object::builder().key(format!("{prefix}{key}")).size(size).build();
    mock!(S3::list_objects_v2)
        .match_requests(move |request| {
            request.bucket() == Some(bucket) && request.prefix() == Some(&prefix)
        })
        .then_output(move || ListObjectsV2Output::builder().contents(object.clone()).build())
}

fn source(size: i64) -> Rule {
    listed("uploads", format!("user-1/{ID}/"), "source", size)
}

/// The queue, which takes the job of the third attempt.
fn queue() -> Rule {
    mock!(aws_sdk_sqs::Client::send_message)
        .match_requests(|request| {
            let job: Value = serde_json::from_str(request.message_body().unwrap()).unwrap();
            job["attempt"] == 3 && job["video"] == ID && request.queue_url() == Some("jobs")
        })
        .then_output(|| SendMessageOutput::builder().build())
}

async fn retried(rules: &[&Rule], body: &str) -> (u16, Value) {
    let path = format!("/videos/{ID}/retry");
    let (status, _, json) = answer(rules, "POST", &path, Some("id"), body).await;
    (status.as_u16(), json)
}

#[tokio::test]
async fn a_final_video_is_queued_again() {
    for status in ["ready", "failed"] {
        let begun = mock!(DynamoDb::update_item)
            .match_requests(|request| {
                let values = request.expression_attribute_values().unwrap();
                values.get(":next") == Some(&AttributeValue::N("3".to_owned()))
                    && values[":extraction"].as_m().unwrap().contains_key("every")
            })
            .then_output(|| {
                UpdateItemOutput::builder().set_attributes(Some(record("queued"))).build()
            });
        let (stored, source, queue) = (stored(status), source(1000), queue());
        let rules = [&stored, &source, &queue, &begun];
        let (status, video) = retried(&rules, r#"{"extraction":{"every":2}}"#).await;
        assert_eq!((status, &video["status"]), (202, &json!("queued")), "{video}");
        assert_eq!(queue.num_calls(), 1);
    }
}

#[tokio::test]
async fn a_job_is_sent_before_its_attempt_begins() {
    let refused = mock!(DynamoDb::update_item).then_error(|| {
        UpdateItemError::ConditionalCheckFailedException(
            ConditionalCheckFailedException::builder().build(),
        )
    });
    let (stored, source, queue) = (stored("failed"), source(1000), queue());
    let (status, problem) = retried(&[&stored, &source, &queue, &refused], "").await;
    assert_eq!((status, &problem["code"]), (409, &json!("not_finished")));
    assert_eq!((queue.num_calls(), refused.num_calls()), (1, 1));
}

#[tokio::test]
async fn what_cannot_be_begun_again_sends_no_job() {
    for status in ["awaiting_upload", "queued", "processing"] {
        let (status, problem) = retried(&[&stored(status)], "").await;
        assert_eq!((status, &problem["code"]), (409, &json!("not_finished")));
    }
    let gone = mock!(S3::list_objects_v2).then_output(|| ListObjectsV2Output::builder().build());
    for source in [gone, source(999)] {
        let (status, problem) = retried(&[&stored("ready"), &source], "").await;
        assert_eq!((status, &problem["code"]), (409, &json!("source_gone")));
    }
    let none = mock!(DynamoDb::get_item).then_output(|| GetItemOutput::builder().build());
    assert_eq!(retried(&[&none], "").await.0, 404);
    let wrong = r#"{"extraction":{"every":0,"quality":0}}"#;
    let (status, problem) = retried(&[], wrong).await;
    assert_eq!((status, problem["errors"].as_array().unwrap().len()), (400, 2));
}

fn deleted_record(owner: &'static str, found: bool) -> Rule {
    mock!(DynamoDb::delete_item)
        .match_requests(move |request| {
            request.key().unwrap()["pk"] == AttributeValue::S(format!("user#{owner}"))
        })
        .then_output(move || {
            let found = found.then(|| record("processing"));
            DeleteItemOutput::builder().set_attributes(found).build()
        })
}

fn removed(bucket: &'static str, key: String) -> Rule {
    mock!(S3::delete_objects)
        .match_requests(move |request| {
            let objects = request.delete().unwrap().objects();
            request.bucket() == Some(bucket) && objects.len() == 1 && objects[0].key() == key
        })
        .then_output(|| DeleteObjectsOutput::builder().build())
}

async fn delete(rules: &[&Rule], query: &str, token: &str) -> (u16, Value) {
    let path = format!("/videos/{ID}{query}");
    let (status, _, json) = answer(rules, "DELETE", &path, Some(token), "").await;
    (status.as_u16(), json)
}

/// The three folders of a video, with one object in each, and their removal.
fn folders(owner: &str) -> Vec<Rule> {
    let own = format!("{owner}/{ID}/");
    let parts = format!("parts/{own}");
    let folders = [
        ("uploads", own.clone(), "source"),
        ("results", own, "frames.zip"),
        ("results", parts, "run/start"),
    ];
    let rules = folders.into_iter().flat_map(|(bucket, prefix, file)| {
        let key = format!("{prefix}{file}");
        [listed(bucket, prefix, file, 1), removed(bucket, key)]
    });
    rules.collect()
}

#[tokio::test]
async fn nothing_of_a_deleted_video_stays() {
    // without a record too: a removal that failed is finished by the next
    for found in [true, false] {
        let (record, folders) = (deleted_record("user-1", found), folders("user-1"));
        let rules: Vec<_> = folders.iter().chain([&record]).collect();
        assert_eq!(delete(&rules, "", "id").await, (204, Value::Null));
        assert!(rules.iter().all(|rule| rule.num_calls() == 1));
    }
}

#[tokio::test]
async fn administrators_delete_anybodys_video() {
    let (record, folders) = (deleted_record("user-2", true), folders("user-2"));
    let rules: Vec<_> = folders.iter().chain([&record]).collect();
    assert_eq!(delete(&rules, "?user=user-2", "admin").await.0, 204);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let empty = mock!(S3::list_objects_v2).then_output(|| ListObjectsV2Output::builder().build());
    let (status, problem) = delete(&[&deleted_record("user-1", false), &empty], "", "id").await;
    assert_eq!((status, &problem["code"]), (404, &json!("not_found")));
    assert_eq!(empty.num_calls(), 3);
}

#[tokio::test]
async fn objects_that_stay_are_an_error() {
    let record = deleted_record("user-1", true);
    let folders = folders("user-1");
    let listed = folders.iter().step_by(2);
    let refused = mock!(S3::delete_objects).then_error(|| DeleteObjectsError::unhandled("no"));
    let rules: Vec<_> = listed.chain([&record, &refused]).collect();
    let (status, problem) = delete(&rules, "", "id").await;
    assert_eq!((status, &problem["code"]), (500, &json!("internal")));
}
