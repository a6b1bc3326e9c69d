//! Counters.

use super::{sample, videos};
use crate::Totals;
use aws_sdk_dynamodb::{
    Client,
    operation::{get_item::GetItemOutput, update_item::UpdateItemOutput},
    types::AttributeValue,
};
use aws_smithy_mocks::mock;
use framezip_contract::{Counter, Counts, ErrorCode, Status};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

#[tokio::test]
async fn counts_are_added_in_one_write_without_a_condition() {
    let add = mock!(Client::update_item)
        .match_requests(|request| {
            let names = request.expression_attribute_names().unwrap();
            let values = request.expression_attribute_values().unwrap();
            request.update_expression() == Some("ADD #c0 :n0")
                && request.condition_expression().is_none()
                && request.key().unwrap()["pk"].as_s().unwrap().starts_with("counters#")
                && names["#c0"] == "videos_created"
                && values[":n0"] == number(3)
        })
        .then_output(|| UpdateItemOutput::builder().build());
    let videos = videos(&[&add]);
    videos.count(&Counts::created(3)).await.unwrap();
    let mut record = sample();
    record.video.status = Status::Queued;
    videos.count(&Counts::finished(&record.video, None)).await.unwrap();
    assert_eq!(add.num_calls(), 1);
}

#[tokio::test]
async fn counts_go_to_all_shards() {
    let keys = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = Arc::clone(&keys);
    let add = mock!(Client::update_item)
        .match_requests(move |request| {
            let key = request.key().unwrap()["pk"].as_s().unwrap().clone();
            seen.lock().unwrap().insert(key);
            true
        })
        .then_output(|| UpdateItemOutput::builder().build());
    let videos = videos(&[&add]);
    for _ in 0..300 {
        videos.count(&Counts::queued()).await.unwrap();
    }
    assert_eq!(keys.lock().unwrap().len(), 8);
}

#[tokio::test]
async fn totals_are_sums_over_all_shards() {
    let get = mock!(Client::get_item)
        .match_requests(|request| request.consistent_read() == Some(true))
        .then_output(|| {
            GetItemOutput::builder()
                .item("pk", AttributeValue::S("counters#0".to_owned()))
                .item("frames", number(1000))
                .item("videos_failed_too_long", number(2))
                .build()
        });
    let totals = videos(&[&get]).totals().await.unwrap();
    assert_eq!(get.num_calls(), 8);
    assert_eq!(totals.get(Counter::Frames), 8000);
    assert_eq!(totals.get(Counter::VideosFailed(ErrorCode::TooLong)), 16);
    assert_eq!(totals.get(Counter::VideosFailed(ErrorCode::Internal)), 0);
}

#[tokio::test]
async fn before_the_first_count_all_are_zero() {
    let get = mock!(Client::get_item).then_output(|| GetItemOutput::builder().build());
    assert_eq!(videos(&[&get]).totals().await.unwrap(), Totals::default());
}
