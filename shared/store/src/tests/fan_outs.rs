//! Fan-outs.

use super::{item, owner, sample, videos};
use crate::{Check, Claim, Lease, Record};
use aws_sdk_dynamodb::{
    Client,
    operation::update_item::{UpdateItemError, UpdateItemInput, UpdateItemOutput},
    types::{AttributeValue, ReturnValue, error::ConditionalCheckFailedException},
};
use aws_smithy_mocks::{Rule, mock};
use framezip_contract::{ErrorCode, Failure, Progress, Status, Verdict, VideoId};
use std::{collections::BTreeSet, time::Duration};

fn text(value: impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

fn refused() -> Rule {
    mock!(Client::update_item).then_error(|| {
        UpdateItemError::ConditionalCheckFailedException(
            ConditionalCheckFailedException::builder().build(),
        )
    })
}

fn lease() -> Lease {
    Lease::of("worker", Duration::from_secs(900))
}

/// Returns the placeholders of an update's expressions.
fn used(request: &UpdateItemInput) -> BTreeSet<String> {
    [request.update_expression(), request.condition_expression()]
        .into_iter()
        .flatten()
        .flat_map(|expression| {
            expression.split(|c: char| !(c.is_ascii_alphanumeric() || c == '#' || c == ':'))
        })
        .filter(|word| word.starts_with(['#', ':']))
        .map(str::to_owned)
        .collect()
}

/// DynamoDB refuses a request that defines an unused placeholder or uses an undefined one.
pub(super) fn is_closed(request: &UpdateItemInput) -> bool {
    let names = request.expression_attribute_names().into_iter().flat_map(|names| names.keys());
    let values = request.expression_attribute_values().into_iter().flat_map(|values| values.keys());
    names.chain(values).cloned().collect::<BTreeSet<_>>() == used(request)
}

#[tokio::test]
async fn every_placeholder_is_defined_and_used() {
    let record = sample();
    let id = record.video.id;
    let mut stored = item(&record);
    stored.insert("finishedSegments".to_owned(), AttributeValue::Ss(vec!["0-1-a".to_owned()]));
    let update = mock!(Client::update_item).match_requests(is_closed).then_output(move || {
        UpdateItemOutput::builder().set_attributes(Some(stored.clone())).build()
    });
    let videos = videos(&[&update]);
    let ready =
        Verdict::Ready { result: record.video.result.clone().unwrap(), warnings: Vec::new() };
    let failure = Failure::new(ErrorCode::Internal, "x");
    let failed = Verdict::Failed(failure.clone());
    videos.queue(&owner(), id).await.unwrap();
    videos.claim(&owner(), id, 0, &lease()).await.unwrap();
    videos.claim(&owner(), id, 3, &lease()).await.unwrap();
    videos.progress(&owner(), id, "worker", Progress { done: 1, total: 2 }).await.unwrap();
    videos.start_fan_out(&owner(), id, "worker").await.unwrap();
    videos.advance(&owner(), id, "worker", 1).await.unwrap();
    videos.add_segment(&owner(), id, "worker", "0-1-a").await.unwrap();
    videos.claim_assembly(&owner(), id, "worker", &lease()).await.unwrap();
    videos.finish(&owner(), id, 0, &ready).await.unwrap();
    videos.finish(&owner(), id, 3, &failed).await.unwrap();
    videos.give_up(&owner(), id, 3, "worker", &failure).await.unwrap();
    videos.claim_notice(&owner(), id, 0, lease()).await.unwrap();
    videos.claim_notice(&owner(), id, 3, lease()).await.unwrap();
    videos.notice_sent(&owner(), id, "worker").await.unwrap();
    videos.announced(&owner(), id, 0).await.unwrap();
    videos.settle(&record).await.unwrap();
    videos.reminder_sent(&owner(), id).await.unwrap();
    let seen = Record { check: Some(Check::first(record.video.created_at)), ..record.clone() };
    videos.postpone(&seen, record.video.created_at, 1).await.unwrap();
    videos.end_checks(&seen).await.unwrap();
    assert_eq!(update.num_calls(), 19);
}

#[tokio::test]
async fn a_fan_out_is_named_after_its_message() {
    let mut record = sample();
    record.video.status = Status::Processing;
    record.fan_out = Some("worker".to_owned());
    let stored = item(&record);
    assert_eq!(stored["fanOut"], text("worker"));
    let update = mock!(Client::update_item)
        .match_requests(|request| {
            let values = request.expression_attribute_values().unwrap();
            request.update_expression().unwrap().contains("fanOut = :message")
                && request.condition_expression()
                    == Some("#status = :processing AND lease.#owner = :message")
                && values[":message"] == text("worker")
        })
        .then_output(move || {
            UpdateItemOutput::builder().set_attributes(Some(stored.clone())).build()
        });
    let started =
        videos(&[&update]).start_fan_out(&owner(), record.video.id, "worker").await.unwrap();
    assert_eq!(started, Some(record));
}

#[tokio::test]
async fn a_video_with_a_fan_out_is_claimed_by_its_message_only() {
    let stored = item(&sample());
    let claim = mock!(Client::update_item)
        .match_requests(|request| {
            let condition = request.condition_expression().unwrap();
            condition.ends_with("AND (attribute_not_exists(fanOut) OR fanOut = :owner)")
                && request.expression_attribute_values().unwrap()[":owner"] == text("worker")
        })
        .then_output(move || {
            UpdateItemOutput::builder().set_attributes(Some(stored.clone())).build()
        });
    let claimed = videos(&[&claim]).claim(&owner(), VideoId::now(), 0, &lease()).await.unwrap();
    assert!(matches!(claimed, Claim::Taken(_)));
}

#[tokio::test]
async fn a_final_video_has_no_fan_out() {
    let record = sample();
    let stored = item(&record);
    let finish = mock!(Client::update_item)
        .match_requests(|request| {
            request
                .update_expression()
                .unwrap()
                .ends_with("REMOVE lease, progress, fanOut, repairs")
        })
        .then_output(move || {
            UpdateItemOutput::builder().set_attributes(Some(stored.clone())).build()
        });
    let videos = videos(&[&finish]);
    let ready =
        Verdict::Ready { result: record.video.result.clone().unwrap(), warnings: Vec::new() };
    let failed = Verdict::Failed(Failure::new(ErrorCode::Internal, "x"));
    videos.finish(&owner(), record.video.id, 0, &ready).await.unwrap();
    videos.finish(&owner(), record.video.id, 0, &failed).await.unwrap();
    assert_eq!(finish.num_calls(), 2);
}

#[tokio::test]
async fn progress_out_of_range_reads_within_its_total() {
    let mut record = sample();
    record.video.progress = Some(Progress { done: 0, total: 10 });
    let mut stored = item(&record);
    let out_of_range = AttributeValue::M(
        [("done", "-3"), ("total", "10")]
            .map(|(name, value)| (name.to_owned(), AttributeValue::N(value.to_owned())))
            .into(),
    );
    stored.insert("progress".to_owned(), out_of_range);
    let update = mock!(Client::update_item)
        .match_requests(|request| {
            let values = request.expression_attribute_values().unwrap();
            values[":done"] == AttributeValue::N("-7".to_owned())
                && values[":fanOut"] == text("fan-out")
        })
        .then_output(move || {
            UpdateItemOutput::builder().set_attributes(Some(stored.clone())).build()
        });
    let advanced =
        videos(&[&update]).advance(&owner(), record.video.id, "fan-out", -7).await.unwrap();
    assert_eq!(advanced, Some(record));
}

#[tokio::test]
async fn a_segment_is_returned_with_those_before_it() {
    let id = VideoId::now();
    let sort = format!("fan-out#{id}#fan-out");
    let update = mock!(Client::update_item)
        .match_requests(move |request| {
            let key = request.key().unwrap();
            let values = request.expression_attribute_values().unwrap();
            key["pk"] == text("user#owner")
                && key["sk"] == text(&sort)
                && values[":segment"] == AttributeValue::Ss(vec!["5-9-b".to_owned()])
                && request
                    .condition_expression()
                    .unwrap()
                    .contains("size(finishedSegments) < :most")
                && request.return_values() == Some(&ReturnValue::AllNew)
        })
        .then_output(|| {
            let segments = AttributeValue::Ss(vec!["0-5-a".to_owned(), "5-9-b".to_owned()]);
            UpdateItemOutput::builder().attributes("finishedSegments", segments).build()
        });
    let segments = videos(&[&update]).add_segment(&owner(), id, "fan-out", "5-9-b").await.unwrap();
    assert_eq!(segments.unwrap(), ["0-5-a", "5-9-b"]);
}

#[tokio::test]
async fn one_message_assembles_at_a_time() {
    let update = mock!(Client::update_item)
        .match_requests(|request| {
            let values = request.expression_attribute_values().unwrap();
            values[":owner"] == text("worker")
                && values[":lease"].as_m().unwrap()["owner"] == text("worker")
        })
        .then_output(|| UpdateItemOutput::builder().build());
    let id = VideoId::now();
    assert!(videos(&[&update]).claim_assembly(&owner(), id, "fan-out", &lease()).await.unwrap());
    let refused = refused();
    assert!(!videos(&[&refused]).claim_assembly(&owner(), id, "fan-out", &lease()).await.unwrap());
}

#[tokio::test]
async fn workers_of_a_fan_out_that_is_over_stop() {
    let refused = refused();
    let videos = videos(&[&refused]);
    let id = VideoId::now();
    assert_eq!(videos.start_fan_out(&owner(), id, "worker").await.unwrap(), None);
    assert_eq!(videos.advance(&owner(), id, "fan-out", 1).await.unwrap(), None);
}
