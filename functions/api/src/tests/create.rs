//! `POST /videos`.

use super::{ID, answer, answer_to, context};
use aws_sdk_dynamodb::{
    Client as DynamoDb,
    operation::{
        get_item::GetItemOutput,
        query::QueryOutput,
        transact_write_items::{TransactWriteItemsError, TransactWriteItemsOutput},
    },
    types::{AttributeValue, CancellationReason, error::TransactionCanceledException},
};
use aws_sdk_s3::{
    Client as S3,
    operation::{
        abort_multipart_upload::AbortMultipartUploadOutput,
        create_multipart_upload::CreateMultipartUploadOutput,
    },
};
use aws_smithy_mocks::{Rule, mock};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::{Value, json};
use std::collections::HashMap;

const SMALL: &str = r#"{"fileName":"a.mp4","bytes":5,"contentType":"video/mp4"}"#;
/// One byte more than the largest file for a single PUT.
const LARGE: &str = r#"{"fileName":"b.mp4","bytes":67108865,"contentType":"video/mp4"}"#;

fn counted(count: i32) -> Rule {
    mock!(DynamoDb::query).then_output(move || QueryOutput::builder().count(count).build())
}

fn written() -> Rule {
    mock!(DynamoDb::transact_write_items)
        .then_output(|| TransactWriteItemsOutput::builder().build())
}

fn begun() -> Rule {
    mock!(S3::create_multipart_upload)
        .match_requests(|request| request.content_type() == Some("video/mp4"))
        .then_output(|| CreateMultipartUploadOutput::builder().upload_id("upload-1").build())
}

async fn create(rules: &[&Rule], body: &str) -> (StatusCode, Value) {
    let (status, _, json) = answer(rules, "POST", "/videos", Some("id"), body).await;
    (status, json)
}

async fn create_with(key: &str, rules: &[&Rule], body: &str) -> (StatusCode, Value) {
    let request = Request::post("/videos").header("idempotency-key", key).extension(context("id"));
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let (status, _, json) = answer_to(rules, request).await;
    (status, json)
}

#[tokio::test]
async fn the_url_of_a_single_put_signs_all_its_conditions() {
    let (status, json) = create(&[&counted(0), &written()], SMALL).await;
    assert_eq!(status, StatusCode::CREATED, "{json}");
    assert_eq!(json["video"]["status"], "awaiting_upload");
    let upload = &json["upload"];
    assert_eq!((&upload["kind"], &upload["method"]), (&json!("single"), &json!("PUT")));
    assert_eq!(upload["headers"], json!({ "content-type": "video/mp4", "if-none-match": "*" }));
    let url = upload["url"].as_str().unwrap();
    let signed = "X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost%3Bif-none-match";
    assert!(url.contains(signed), "{url}");
    assert!(url.contains("X-Amz-Expires=3600"), "{url}");
    assert!(!url.contains("checksum"), "{url}");
}

#[tokio::test]
async fn a_large_video_is_uploaded_in_parts() {
    let begun = begun();
    let written = mock!(DynamoDb::transact_write_items)
        .match_requests(|request| {
            let [write] = request.transact_items() else { return false };
            let multipart = write.put().unwrap().item()["multipart"].as_m().unwrap();
            multipart["uploadId"] == AttributeValue::S("upload-1".to_owned())
                && multipart["partBytes"] == AttributeValue::N("16777216".to_owned())
        })
        .then_output(|| TransactWriteItemsOutput::builder().build());
    let (status, json) = create(&[&counted(0), &begun, &written], LARGE).await;
    assert_eq!(status, StatusCode::CREATED, "{json}");
    let upload = &json["upload"];
    assert_eq!(upload["kind"], "multipart");
    assert_eq!((&upload["partBytes"], &upload["parts"]), (&json!(16_777_216), &json!(5)));
    assert_eq!((&upload["arrived"], &upload["next"]), (&json!([]), &Value::Null));
    let urls = upload["urls"].as_array().unwrap();
    let numbers: Vec<_> = urls.iter().map(|url| url["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    for url in urls {
        let text = url["url"].as_str().unwrap();
        assert!(text.contains("X-Amz-SignedHeaders=content-length%3Bhost&"), "{text}");
        assert!(text.contains("X-Amz-Expires=21600"), "{text}");
        assert!(text.contains(&format!("partNumber={}", url["number"])), "{text}");
        assert!(text.contains("uploadId=upload-1"), "{text}");
    }
}

#[tokio::test]
async fn an_answer_has_at_most_a_hundred_part_urls() {
    let huge = r#"{"fileName":"c.mp4","bytes":53687091200,"contentType":"video/mp4"}"#;
    let rules = [&counted(0), &begun(), &written()];
    let (_, json) = create(&rules, huge).await;
    assert_eq!(json["upload"]["urls"].as_array().unwrap().len(), 100);
    assert_eq!((&json["upload"]["parts"], &json["upload"]["next"]), (&json!(3200), &json!(100)));
    let (_, json) = create(&rules, &format!(r#"{{"videos":[{huge},{huge}]}}"#)).await;
    for created in json["videos"].as_array().unwrap() {
        assert_eq!(created["upload"]["urls"].as_array().unwrap().len(), 50);
        assert_eq!(created["upload"]["next"], 50);
    }
}

#[tokio::test]
async fn several_videos_are_written_in_one_transaction() {
    let written = written();
    let body = format!(r#"{{"videos":[{SMALL},{LARGE}]}}"#);
    let (status, json) = create(&[&counted(98), &begun(), &written], &body).await;
    assert_eq!(status, StatusCode::CREATED, "{json}");
    let videos = json["videos"].as_array().unwrap();
    let kinds: Vec<_> = videos.iter().map(|created| &created["upload"]["kind"]).collect();
    assert_eq!(kinds, ["single", "multipart"]);
    assert_eq!(written.num_calls(), 1);
}

#[tokio::test]
async fn the_number_of_unfinished_videos_is_limited() {
    let body = format!(r#"{{"videos":[{SMALL},{SMALL}]}}"#);
    let (status, json) = create(&[&counted(99)], &body).await;
    assert_eq!((status, &json["code"]), (StatusCode::CONFLICT, &json!("too_many_videos")));
    assert!(json["detail"].as_str().unwrap().contains("at most 100"), "{json}");
    let (status, _) = create(&[&counted(99), &written()], SMALL).await;
    assert_eq!(status, StatusCode::CREATED);
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// The item of an idempotency key whose call had this body.
pub(super) fn key_item(body: &str) -> HashMap<String, AttributeValue> {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(body);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    HashMap::from([
        ("fingerprint".to_owned(), text(&digest)),
        ("videos".to_owned(), AttributeValue::L(vec![text(ID)])),
        ("expiresAt".to_owned(), AttributeValue::N("4000000000".to_owned())),
    ])
}

/// The table's answers: the item of the key `call-1`, and a video in this status.
fn stored(body: Option<&str>, status: &'static str) -> [Rule; 2] {
    let item = body.map(key_item);
    let is_key = |key: &HashMap<String, AttributeValue>| key["sk"] == text("key#call-1");
    [
        mock!(DynamoDb::get_item)
            .match_requests(move |request| is_key(request.key().unwrap()))
            .then_output(move || GetItemOutput::builder().set_item(item.clone()).build()),
        mock!(DynamoDb::get_item)
            .match_requests(|request| request.key().unwrap()["sk"] == text(&format!("video#{ID}")))
            .then_output(move || {
                let item = super::upload::item(status, None);
                GetItemOutput::builder().set_item(Some(item)).build()
            }),
    ]
}

#[tokio::test]
async fn a_repeated_call_gets_the_same_video() {
    for (status, kind) in [("awaiting_upload", json!("single")), ("queued", Value::Null)] {
        let [key, video] = stored(Some(SMALL), status);
        let (code, json) = create_with("call-1", &[&key, &video], SMALL).await;
        assert_eq!((code, &json["video"]["id"]), (StatusCode::OK, &json!(ID)), "{json}");
        assert_eq!(json["upload"]["kind"], kind, "{json}");
    }
}

#[tokio::test]
async fn a_key_is_refused_for_a_different_body() {
    let [key, _] = stored(Some(LARGE), "queued");
    let (status, json) = create_with("call-1", &[&key], SMALL).await;
    let expected = (StatusCode::UNPROCESSABLE_ENTITY, &json!("idempotency_key_reused"));
    assert_eq!((status, &json["code"]), expected);
}

#[tokio::test]
async fn only_one_of_two_concurrent_calls_creates() {
    let [key, video] = stored(None, "awaiting_upload");
    let lost = mock!(DynamoDb::transact_write_items).then_error(|| {
        let reason = CancellationReason::builder().code("ConditionalCheckFailed");
        let reason = reason.set_item(Some(key_item(LARGE))).build();
        TransactWriteItemsError::TransactionCanceledException(
            TransactionCanceledException::builder().cancellation_reasons(reason).build(),
        )
    });
    let abort = mock!(S3::abort_multipart_upload)
        .match_requests(|request| request.upload_id() == Some("upload-1"))
        .then_output(|| AbortMultipartUploadOutput::builder().build());
    let rules = [&key, &video, &counted(0), &begun(), &lost, &abort];
    let (status, json) = create_with("call-1", &rules, LARGE).await;
    assert_eq!((status, &json["video"]["id"]), (StatusCode::OK, &json!(ID)), "{json}");
    assert_eq!(abort.num_calls(), 1, "the slower call aborts its upload");
}

#[tokio::test]
async fn an_invalid_key_is_refused() {
    for key in ["", "a b", "ä", &"k".repeat(256)] {
        let (status, json) = create_with(key, &[], SMALL).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{key:?}: {json}");
        assert_eq!(json["errors"][0]["field"], "Idempotency-Key");
    }
}

#[tokio::test]
async fn a_repeated_call_is_not_refused_because_of_its_own_video() {
    let [_, video] = stored(None, "awaiting_upload");
    let is_key = |key: &HashMap<String, AttributeValue>| key["sk"] == text("key#call-1");
    let found = mock!(DynamoDb::get_item)
        .match_requests(move |request| is_key(request.key().unwrap()))
        .sequence()
        .output(|| GetItemOutput::builder().build())
        .output(|| GetItemOutput::builder().set_item(Some(key_item(SMALL))).build())
        .build();
    let (status, json) = create_with("call-1", &[&found, &video, &counted(100)], SMALL).await;
    assert_eq!((status, &json["video"]["id"]), (StatusCode::OK, &json!(ID)), "{json}");
}

#[tokio::test]
async fn every_time_has_milliseconds() {
    let (_, json) = create(&[&counted(0), &written()], SMALL).await;
    for time in [
        &json["video"]["createdAt"],
        &json["video"]["updatedAt"],
        &json["video"]["expiresAt"],
        &json["upload"]["expiresAt"],
    ] {
        let time = time.as_str().unwrap();
        assert_eq!((time.len(), &time[19..20], &time[23..]), (24, ".", "Z"), "{time}");
    }
}
