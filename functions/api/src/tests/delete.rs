//! `DELETE /videos/{id}`.

use super::{ID, answer, record};
use aws_sdk_dynamodb::{
    operation::{get_item::GetItemOutput, transact_write_items::TransactWriteItemsOutput},
    types::AttributeValue,
};
use aws_sdk_s3::{
    operation::{
        delete_objects::{DeleteObjectsError, DeleteObjectsOutput},
        list_objects_v2::ListObjectsV2Output,
    },
    types::Object,
};
use aws_smithy_mocks::{Rule, mock};
use serde_json::{Value, json};

type DynamoDb = aws_sdk_dynamodb::Client;
type S3 = aws_sdk_s3::Client;

/// A bucket's folder with one object in it.
pub(super) fn listed(bucket: &'static str, prefix: String, key: &str, size: i64) -> Rule {
    let object = Object::builder().key(format!("{prefix}{key}")).size(size).build();
    mock!(S3::list_objects_v2)
        .match_requests(move |request| {
            request.bucket() == Some(bucket) && request.prefix() == Some(&prefix)
        })
        .then_output(move || ListObjectsV2Output::builder().contents(object.clone()).build())
}

/// The record of a user without a webhook, if it is found, and its deletion.
fn deleted_record(owner: &'static str, found: bool) -> [Rule; 2] {
    let get = mock!(DynamoDb::get_item).then_compute_output(move |request| {
        let is_record = request.key().unwrap()["pk"] == AttributeValue::S(format!("user#{owner}"));
        let item = (found && is_record).then(|| record("processing"));
        GetItemOutput::builder().set_item(item).build()
    });
    let delete = mock!(DynamoDb::transact_write_items)
        .match_requests(|request| request.transact_items().len() == 1)
        .then_output(|| TransactWriteItemsOutput::builder().build());
    [get, delete]
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
    let segments = format!("segments/{own}");
    let folders = [
        ("uploads", own.clone(), "source"),
        ("results", own, "0/frames.zip"),
        ("results", segments, "fan-out/start"),
    ];
    let rules = folders.into_iter().flat_map(|(bucket, prefix, file)| {
        let key = format!("{prefix}{file}");
        [listed(bucket, prefix, file, 1), removed(bucket, key)]
    });
    rules.collect()
}

#[tokio::test]
async fn record_and_objects_of_a_deleted_video_are_removed() {
    // without a record too: a repeated call finishes a removal that failed
    for found in [true, false] {
        let (record, folders) = (deleted_record("user-1", found), folders("user-1"));
        let rules: Vec<_> = folders.iter().chain(&record).collect();
        assert_eq!(delete(&rules, "", "id").await, (204, Value::Null));
        assert!(folders.iter().all(|rule| rule.num_calls() == 1));
        assert_eq!(record[1].num_calls(), usize::from(found));
    }
}

#[tokio::test]
async fn administrators_delete_anybodys_video() {
    let (record, folders) = (deleted_record("user-2", true), folders("user-2"));
    let rules: Vec<_> = folders.iter().chain(&record).collect();
    assert_eq!(delete(&rules, "?user=user-2", "admin").await.0, 204);
}

#[tokio::test]
async fn an_unknown_video_is_not_found() {
    let empty = mock!(S3::list_objects_v2).then_output(|| ListObjectsV2Output::builder().build());
    let [get, _] = deleted_record("user-1", false);
    let (status, problem) = delete(&[&get, &empty], "", "id").await;
    assert_eq!((status, &problem["code"]), (404, &json!("not_found")));
    assert_eq!(empty.num_calls(), 3);
}

#[tokio::test]
async fn a_failed_removal_of_objects_is_an_error() {
    let record = deleted_record("user-1", true);
    let folders = folders("user-1");
    let listed = folders.iter().step_by(2);
    let refused = mock!(S3::delete_objects).then_error(|| DeleteObjectsError::unhandled("no"));
    let rules: Vec<_> = listed.chain(&record).chain([&refused]).collect();
    let (status, problem) = delete(&rules, "", "id").await;
    assert_eq!((status, &problem["code"]), (500, &json!("internal")));
}
