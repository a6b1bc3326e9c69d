//! Tests with a real client over mocked HTTP: the requests, and the handling of the answers.

mod attempts;
mod calls;
mod counters;
mod creation;
mod deliveries;
mod expiry;
mod fan_outs;
mod given_up;
mod lists;
mod memory_table;
mod model;
mod webhooks;

use crate::{Claim, Lease, Multipart, Record, Videos};
use aws_sdk_dynamodb::{
    Client,
    operation::{
        get_item::GetItemOutput,
        update_item::{UpdateItemError, UpdateItemOutput},
    },
    types::{
        AttributeValue,
        error::{ConditionalCheckFailedException, RequestLimitExceeded},
    },
};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use framezip_contract::{ErrorCode, Failure, Status, UserId, Verdict, Video, VideoId, samples};
use std::time::Duration;

fn owner() -> UserId {
    UserId::try_from("owner".to_owned()).unwrap()
}

fn sample() -> Record {
    let video = Video { id: VideoId::now(), bytes: 5_000_000_000, ..samples::video(Status::Ready) };
    Record {
        lease: Some(Lease::of("worker", Duration::from_secs(1))),
        multipart: Some(Multipart { upload_id: "upload".to_owned(), part_bytes: 16 << 20 }),
        ..crate::samples::record(video)
    }
}

fn videos(rules: &[&Rule]) -> Videos {
    let client: Client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, rules);
    Videos::new(client, "Videos")
}

fn item(record: &Record) -> crate::Item {
    crate::samples::item(record).unwrap()
}

#[tokio::test]
async fn a_record_round_trips() {
    let record = sample();
    let stored = item(&record);
    assert_eq!(stored["pk"], AttributeValue::S("user#owner".to_owned()));
    assert_eq!(stored["sk"], AttributeValue::S(format!("video#{}", record.video.id)));
    // DynamoDB removes an item only if this is a number of seconds
    let expires_at = record.video.expires_at.as_second().to_string();
    assert_eq!(stored["expiresAt"], AttributeValue::N(expires_at));
    let get = mock!(Client::get_item)
        .match_requests(|request| request.consistent_read() == Some(true))
        .then_output(move || GetItemOutput::builder().set_item(Some(stored.clone())).build());
    let read = videos(&[&get]).get(&owner(), record.video.id).await.unwrap();
    assert_eq!(read, Some(record));
}

#[test]
fn records_expire_in_whole_seconds() {
    let time = "2026-11-21T12:00:00.999Z".parse().unwrap();
    assert_eq!(crate::whole_seconds(time), "2026-11-21T12:00:00Z".parse().unwrap());
}

#[tokio::test]
async fn an_expired_record_counts_as_absent() {
    let record = sample();
    let expired = Video { expires_at: jiff::Timestamp::UNIX_EPOCH, ..record.video.clone() };
    let stored = item(&Record { video: expired, ..record });
    let get = mock!(Client::get_item)
        .then_output(move || GetItemOutput::builder().set_item(Some(stored.clone())).build());
    assert_eq!(videos(&[&get]).get(&owner(), VideoId::now()).await.unwrap(), None);
}

#[tokio::test]
async fn a_failed_condition_is_no_error() {
    let update = mock!(Client::update_item).then_error(|| {
        UpdateItemError::ConditionalCheckFailedException(
            ConditionalCheckFailedException::builder().build(),
        )
    });
    let videos = videos(&[&update]);
    let lease = Lease::of("worker", Duration::from_secs(900));
    let id = VideoId::now();
    assert_eq!(videos.claim(&owner(), id, 0, &lease).await.unwrap(), Claim::Refused);
    assert_eq!(videos.queue(&owner(), id).await.unwrap(), None);
    let failed = Verdict::Failed(Failure::new(ErrorCode::Internal, "x"));
    assert_eq!(videos.finish(&owner(), id, 0, &failed).await.unwrap(), None);
}

#[tokio::test]
async fn an_outage_is_an_error_that_names_the_operation() {
    let update = mock!(Client::update_item).then_error(|| {
        UpdateItemError::RequestLimitExceeded(RequestLimitExceeded::builder().build())
    });
    let error = videos(&[&update]).queue(&owner(), VideoId::now()).await.unwrap_err();
    assert!(error.to_string().starts_with("DynamoDB UpdateItem on Videos failed"), "{error}");
}

#[tokio::test]
async fn a_verdict_is_written_with_its_facts() {
    let record = sample();
    let verdict =
        Verdict::Ready { result: record.video.result.clone().unwrap(), warnings: Vec::new() };
    let stored = item(&record);
    let update = mock!(Client::update_item)
        .match_requests(|request| {
            let values = request.expression_attribute_values().unwrap();
            let result = values[":result"].as_m().unwrap();
            result["frames"] == AttributeValue::N("3".to_owned())
                && values[":ready"] == AttributeValue::S("ready".to_owned())
        })
        .then_output(move || {
            UpdateItemOutput::builder().set_attributes(Some(stored.clone())).build()
        });
    let written = videos(&[&update]).finish(&owner(), record.video.id, 0, &verdict).await.unwrap();
    assert_eq!(written, Some(record));
}
