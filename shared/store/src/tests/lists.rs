//! Pages of videos.

use super::{item, owner, sample, videos};
use crate::keys::key;
use aws_sdk_dynamodb::{
    Client,
    operation::{
        batch_get_item::BatchGetItemOutput,
        query::{QueryInput, QueryOutput},
    },
    types::{AttributeValue, KeysAndAttributes},
};
use aws_smithy_mocks::{Rule, mock};
use framezip_contract::{Status, VideoId};

#[tokio::test]
async fn a_page_ends_at_the_limit() {
    let records = [sample(), sample(), sample()];
    let items: Vec<_> = records.iter().map(item).collect();
    let query = mock!(Client::query)
        .match_requests(|request| {
            // a user's fan-outs are in the same partition
            request.key_condition_expression() == Some("pk = :pk AND begins_with(sk, :videos)")
                && request.expression_attribute_values().unwrap()[":videos"]
                    == AttributeValue::S("video#".to_owned())
                && request.scan_index_forward() == Some(false)
        })
        .then_output(move || QueryOutput::builder().set_items(Some(items.clone())).build());
    let videos = videos(&[&query]);
    let page = videos.list(&owner(), None, 2, None).await.unwrap();
    assert_eq!(page.records, records[..2]);
    assert_eq!(page.next, Some(records[1].video.id));
    let page = videos.list(&owner(), None, 3, None).await.unwrap();
    assert_eq!((page.records.len(), page.next), (3, None));
}

/// Returns a query whose filter drops every video and that has a next page.
fn nothing_yet(at: VideoId) -> Rule {
    mock!(Client::query)
        .match_requests(|request| {
            request.filter_expression() == Some("#status = :status")
                && request.limit() == Some(250)
                && request.expression_attribute_values().unwrap()[":status"]
                    == AttributeValue::S("failed".to_owned())
        })
        .then_output(move || {
            QueryOutput::builder().set_last_evaluated_key(Some(key(&owner(), at))).build()
        })
}

#[tokio::test]
async fn a_filtered_page_ends_after_a_limited_number_of_videos() {
    let at = VideoId::now();
    let query = nothing_yet(at);
    let page = videos(&[&query]).list(&owner(), Some(Status::Failed), 20, None).await.unwrap();
    assert_eq!((page.records.len(), page.next), (0, Some(at)));
    assert_eq!(query.num_calls(), 4);
}

fn asks_for(request: &QueryInput, status: &str) -> bool {
    let values = request.expression_attribute_values().unwrap();
    request.index_name() == Some("by-status")
        && values[":status"] == AttributeValue::S(status.to_owned())
        && request.scan_index_forward() == Some(false)
        && request.limit() == Some(3)
}

#[tokio::test]
async fn everyones_videos_are_merged_newest_first() {
    let mut records = [sample(), sample(), sample(), sample()];
    records[1].video.status = Status::Failed;
    let keys = records.each_ref().map(|record| key(&owner(), record.video.id));
    let found = |status: &'static str, keys: Vec<_>| {
        mock!(Client::query)
            .match_requests(move |request| asks_for(request, status))
            .then_output(move || QueryOutput::builder().set_items(Some(keys.clone())).build())
    };
    let [first, second, third, fourth] = keys.clone();
    let ready = found("ready", vec![fourth.clone(), third.clone(), first]);
    // the third is found under both statuses
    let failed = found("failed", vec![third, second]);
    let none = ["awaiting_upload", "queued", "processing"].map(|status| found(status, Vec::new()));
    let (late, now) = (item(&records[2]), item(&records[3]));
    let left = fourth.clone();
    let some = mock!(Client::batch_get_item)
        .match_requests(|request| request.request_items().unwrap()["Videos"].keys().len() == 2)
        .then_output(move || {
            let left = KeysAndAttributes::builder().keys(left.clone()).build().unwrap();
            BatchGetItemOutput::builder()
                .responses("Videos", vec![late.clone()])
                .unprocessed_keys("Videos", left)
                .build()
        });
    let rest = mock!(Client::batch_get_item)
        .match_requests(move |request| {
            request.request_items().unwrap()["Videos"].keys() == [fourth.clone()]
        })
        .then_output(move || {
            BatchGetItemOutput::builder().responses("Videos", vec![now.clone()]).build()
        });
    let [a, b, c] = &none;
    let videos = videos(&[&ready, &failed, a, b, c, &some, &rest]);
    let page = videos.list_everyones(None, 2, None).await.unwrap();
    assert_eq!(page.records, [records[3].clone(), records[2].clone()]);
    assert_eq!(page.next, Some(records[2].video.id));
}

#[tokio::test]
async fn a_video_with_a_new_status_is_not_listed_under_the_old_one() {
    let mut record = sample();
    record.video.status = Status::Ready;
    let (id, stored) = (record.video.id, item(&record));
    let before = VideoId::now();
    let query = mock!(Client::query)
        .match_requests(move |request| {
            let values = request.expression_attribute_values().unwrap();
            asks_for(request, "processing")
                && request.key_condition_expression() == Some("#status = :status AND sk < :after")
                && values[":after"] == AttributeValue::S(format!("video#{before}"))
        })
        .then_output(move || QueryOutput::builder().items(key(&owner(), id)).build());
    let get = mock!(Client::batch_get_item).then_output(move || {
        BatchGetItemOutput::builder().responses("Videos", vec![stored.clone()]).build()
    });
    let videos = videos(&[&query, &get]);
    let page = videos.list_everyones(Some(Status::Processing), 2, Some(before)).await.unwrap();
    assert_eq!((page.records.len(), page.next), (0, None));
}

#[tokio::test]
async fn a_user_without_videos_gets_an_empty_page() {
    let query = mock!(Client::query).then_output(|| QueryOutput::builder().build());
    let page = videos(&[&query]).list_everyones(None, 2, None).await.unwrap();
    assert_eq!((page.records.len(), page.next), (0, None));
}
