//! `/videos/{id}/upload`.

use super::{Item, answer, record};
use aws_sdk_dynamodb::{
    Client as DynamoDb,
    operation::{get_item::GetItemOutput, update_item::UpdateItemOutput},
    types::AttributeValue,
};
use aws_sdk_s3::{
    Client as S3,
    error::ErrorMetadata,
    operation::{
        complete_multipart_upload::{
            CompleteMultipartUploadError, CompleteMultipartUploadInput,
            CompleteMultipartUploadOutput,
        },
        head_object::{HeadObjectError, HeadObjectOutput},
        list_parts::{ListPartsError, ListPartsOutput},
    },
    types::{Part, error::NotFound},
};
use aws_sdk_sqs::operation::send_message::SendMessageOutput;
use aws_smithy_mocks::{Rule, mock};
use serde_json::{Value, json};

const PATH: &str = "/videos/01990d2c-6a3e-7c51-9d0b-2f6c1a7be001/upload";
const PART: i64 = 16 << 20;

/// A video in the table. A multipart upload has 70 MiB in five parts; the last one has 6 MiB.
pub(super) fn item(status: &str, upload_id: Option<&str>) -> Item {
    let mut item = record(status);
    let bytes = if upload_id.is_some() { 70 << 20 } else { 5 };
    item.insert("bytes".to_owned(), AttributeValue::N(bytes.to_string()));
    if let Some(upload_id) = upload_id {
        let part_bytes = AttributeValue::N(PART.to_string());
        let fields =
            [("uploadId", AttributeValue::S(upload_id.to_owned())), ("partBytes", part_bytes)];
        let fields = fields.map(|(name, value)| (name.to_owned(), value)).into();
        item.insert("multipart".to_owned(), AttributeValue::M(fields));
    }
    item
}

fn video(status: &'static str, upload_id: Option<&'static str>) -> Rule {
    mock!(DynamoDb::get_item).then_output(move || {
        GetItemOutput::builder().set_item(Some(item(status, upload_id))).build()
    })
}

fn parts(numbers: &[i32]) -> ListPartsOutput {
    let parts = numbers.iter().map(|number| {
        let size = if *number == 5 { 6 << 20 } else { PART };
        let tag = format!("\"tag-{number}\"");
        Part::builder().part_number(*number).size(size).e_tag(tag).build()
    });
    ListPartsOutput::builder().set_parts(Some(parts.collect())).is_truncated(false).build()
}

fn listed(numbers: &'static [i32]) -> Rule {
    mock!(S3::list_parts)
        .match_requests(|request| request.upload_id() == Some("upload-1"))
        .then_output(move || parts(numbers))
}

fn no_such_upload() -> ErrorMetadata {
    ErrorMetadata::builder().code("NoSuchUpload").build()
}

fn not_listed() -> Rule {
    mock!(S3::list_parts).then_error(|| ListPartsError::generic(no_such_upload()))
}

async fn ask(method: &str, path: &str, rules: &[&Rule]) -> (u16, Value) {
    let (status, _, json) = answer(rules, method, path, Some("id"), "").await;
    (status.as_u16(), json)
}

async fn look(query: &str, rules: &[&Rule]) -> (u16, Value) {
    ask("GET", &format!("{PATH}{query}"), rules).await
}

async fn complete(rules: &[&Rule]) -> (u16, Value) {
    ask("POST", &format!("{PATH}/complete"), rules).await
}

/// The file with this many bytes, the queue that takes the video's job, and the write of `queued`.
fn queued(bytes: i64) -> [Rule; 3] {
    let file = super::delete::listed("uploads", format!("user-1/{}/source", super::ID), "", bytes);
    let sent = mock!(aws_sdk_sqs::Client::send_message)
        .match_requests(|request| request.queue_url() == Some("jobs"))
        .then_output(|| SendMessageOutput::builder().build());
    let written = mock!(DynamoDb::update_item)
        .match_requests(|request| {
            request.condition_expression().is_some_and(|condition| condition.contains(":awaiting"))
        })
        .then_output(|| UpdateItemOutput::builder().set_attributes(Some(record("queued"))).build());
    [file, sent, written]
}

fn numbers(list: &Value) -> Vec<u64> {
    list.as_array().unwrap().iter().map(|part| part["number"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn arrived_parts_are_listed_and_missing_ones_are_signed() {
    let video = video("awaiting_upload", Some("upload-1"));
    let (status, json) = look("", &[&video, &listed(&[2, 5])]).await;
    assert_eq!((status, &json["kind"], &json["parts"]), (200, &json!("multipart"), &json!(5)));
    let second = json!({ "number": 2, "bytes": PART, "eTag": "\"tag-2\"" });
    assert_eq!((&json["arrived"][0], numbers(&json["arrived"])), (&second, vec![2, 5]));
    assert_eq!((numbers(&json["urls"]), &json["next"]), (vec![1, 3, 4], &Value::Null));

    let after = mock!(S3::list_parts)
        .match_requests(|request| request.part_number_marker() == Some("3"))
        .then_output(|| parts(&[5]));
    let (_, json) = look("?after=3", &[&video, &after]).await;
    assert_eq!((numbers(&json["arrived"]), numbers(&json["urls"])), (vec![5], vec![4]));
}

#[tokio::test]
async fn an_incomplete_part_counts_as_missing() {
    let video = video("awaiting_upload", Some("upload-1"));
    let short = mock!(S3::list_parts).then_output(|| {
        let part = Part::builder().part_number(1).size(PART - 1).e_tag("t").build();
        ListPartsOutput::builder().parts(part).is_truncated(false).build()
    });
    let (_, json) = look("", &[&video, &short]).await;
    assert_eq!((numbers(&json["arrived"]), numbers(&json["urls"])), (vec![], vec![1, 2, 3, 4, 5]));
    let (status, json) = complete(&[&video, &short]).await;
    assert_eq!((status, &json["code"]), (409, &json!("upload_incomplete")));
}

#[tokio::test]
async fn a_single_put_is_signed_again() {
    let (status, json) = look("", &[&video("awaiting_upload", None)]).await;
    assert_eq!((status, &json["kind"]), (200, &json!("single")));
}

#[tokio::test]
async fn an_upload_that_is_over_answers_409() {
    for rules in [
        vec![video("queued", Some("upload-1"))],
        vec![video("ready", None)],
        vec![video("awaiting_upload", Some("upload-1")), not_listed()],
    ] {
        let rules: Vec<_> = rules.iter().collect();
        let (status, json) = look("", &rules).await;
        assert_eq!((status, &json["code"]), (409, &json!("upload_over")));
    }
}

#[tokio::test]
async fn another_users_upload_is_not_found() {
    let none = mock!(DynamoDb::get_item).then_output(|| GetItemOutput::builder().build());
    assert_eq!(look("", &[&none]).await.0, 404);
    assert_eq!(complete(&[&none]).await.0, 404);
}

#[tokio::test]
async fn an_upload_is_completed_with_the_parts_that_s3_lists() {
    let video = video("awaiting_upload", Some("upload-1"));
    // S3 lists the parts in two pages
    let first = mock!(S3::list_parts)
        .match_requests(|request| request.part_number_marker() == Some("0"))
        .then_output(|| {
            let listed = parts(&[1, 2, 3]).parts;
            ListPartsOutput::builder().set_parts(listed).is_truncated(true).build()
        });
    let second = mock!(S3::list_parts)
        .match_requests(|request| request.part_number_marker() == Some("3"))
        .then_output(|| parts(&[4, 5]));
    let completed = mock!(S3::complete_multipart_upload)
        .match_requests(|request: &CompleteMultipartUploadInput| {
            let parts = request.multipart_upload().unwrap().parts();
            let numbers: Vec<_> = parts.iter().filter_map(|part| part.part_number()).collect();
            request.if_none_match() == Some("*")
                && numbers == [1, 2, 3, 4, 5]
                && parts[4].e_tag() == Some("\"tag-5\"")
        })
        .then_output(|| CompleteMultipartUploadOutput::builder().build());
    let queued = queued(70 << 20);
    let rules: Vec<_> = queued.iter().chain([&video, &first, &second, &completed]).collect();
    let (status, json) = complete(&rules).await;
    assert_eq!(status, 200, "{json}");
    assert!(queued.iter().chain([&completed]).all(|rule| rule.num_calls() == 1));
}

#[tokio::test]
async fn missing_parts_are_listed_in_the_detail() {
    let video = video("awaiting_upload", Some("upload-1"));
    let (status, json) = complete(&[&video, &listed(&[2])]).await;
    assert_eq!((status, &json["code"]), (409, &json!("upload_incomplete")));
    assert!(json["detail"].as_str().unwrap().contains("1, 3-5"), "{json}");
}

#[tokio::test]
async fn a_repeated_completion_has_no_effect() {
    for status in ["queued", "ready", "failed"] {
        let (code, json) = complete(&[&video(status, Some("upload-1"))]).await;
        assert_eq!((code, &json["status"]), (200, &json!(status)));
    }
    // S3's event is still on its way
    let video = video("awaiting_upload", Some("upload-1"));
    let there = mock!(S3::head_object).then_output(|| HeadObjectOutput::builder().build());
    let [file, sent, written] = queued(70 << 20);
    let not_listed = not_listed();
    let rules = [&video, &not_listed, &there, &file, &sent, &written];
    assert_eq!((complete(&rules).await.0, sent.num_calls()), (200, 1));
    // another call was faster
    let refused = mock!(S3::complete_multipart_upload)
        .then_error(|| CompleteMultipartUploadError::generic(no_such_upload()));
    let rules = [&video, &listed(&[1, 2, 3, 4, 5]), &refused, &there, &file, &sent, &written];
    assert_eq!(complete(&rules).await.0, 200);
}

#[tokio::test]
async fn a_single_put_is_complete_once_its_bytes_have_arrived() {
    let video = video("awaiting_upload", None);
    let none = mock!(S3::head_object)
        .then_error(|| HeadObjectError::NotFound(NotFound::builder().build()));
    let (status, json) = complete(&[&video, &none]).await;
    assert_eq!((status, &json["code"]), (409, &json!("upload_incomplete")));
    let there = mock!(S3::head_object).then_output(|| HeadObjectOutput::builder().build());
    let [file, sent, written] = queued(5);
    assert_eq!(complete(&[&video, &there, &file, &sent, &written]).await.0, 200);
    assert_eq!((sent.num_calls(), written.num_calls()), (1, 1));
}

#[tokio::test]
async fn a_file_of_another_length_fails_its_video() {
    let video = video("awaiting_upload", None);
    let there = mock!(S3::head_object).then_output(|| HeadObjectOutput::builder().build());
    let [file, ..] = queued(6);
    let outcome = mock!(aws_sdk_sqs::Client::send_message)
        .match_requests(|request| request.queue_url() == Some("outcomes"))
        .then_output(|| SendMessageOutput::builder().build());
    assert_eq!(complete(&[&video, &there, &file, &outcome]).await.0, 200);
    assert_eq!(outcome.num_calls(), 1);
}

#[tokio::test]
async fn an_aborted_upload_cannot_be_completed() {
    let video = video("awaiting_upload", Some("upload-1"));
    let gone = mock!(S3::head_object)
        .then_error(|| HeadObjectError::NotFound(NotFound::builder().build()));
    let (status, json) = complete(&[&video, &not_listed(), &gone]).await;
    assert_eq!((status, &json["code"]), (409, &json!("upload_over")));
}
