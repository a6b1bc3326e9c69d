//! Retries and deletions.

use super::{
    calls::{canceled, key as call, lost, stored},
    item, owner, sample, videos,
};
use crate::{Claim, Earlier, Lease, NewDelivery, Record, Retry};
use aws_sdk_dynamodb::{
    Client,
    operation::{
        get_item::GetItemOutput,
        transact_write_items::{TransactWriteItemsInput, TransactWriteItemsOutput},
        update_item::{UpdateItemError, UpdateItemInput, UpdateItemOutput},
    },
    types::{
        AttributeValue, CancellationReason, Put, ReturnValuesOnConditionCheckFailure, Update,
        error::ConditionalCheckFailedException,
    },
};
use aws_smithy_mocks::{Rule, mock};
use framezip_contract::{
    ErrorCode, EventType, Extraction, Failure, Format, Status, Verdict, VideoId,
};
use std::time::Duration;

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn lease() -> Lease {
    Lease::of("worker", Duration::from_secs(900))
}

/// Whether a write is for this attempt only.
fn is_of(request: &UpdateItemInput, attempt: u64) -> bool {
    let condition = request.condition_expression().unwrap();
    let values = request.expression_attribute_values().unwrap();
    condition.starts_with("attempt = :attempt AND ") && values[":attempt"] == number(attempt)
}

fn taken(attempt: u64) -> Rule {
    let stored = item(&sample());
    mock!(Client::update_item).match_requests(move |request| is_of(request, attempt)).then_output(
        move || UpdateItemOutput::builder().set_attributes(Some(stored.clone())).build(),
    )
}

fn refused(found: Option<Record>) -> Rule {
    let found = found.map(|record| item(&record));
    mock!(Client::update_item)
        .match_requests(|request| {
            request.return_values_on_condition_check_failure()
                == Some(&ReturnValuesOnConditionCheckFailure::AllOld)
        })
        .then_error(move || {
            let refusal = ConditionalCheckFailedException::builder().set_item(found.clone());
            UpdateItemError::ConditionalCheckFailedException(refusal.build())
        })
}

#[tokio::test]
async fn a_message_changes_its_own_attempt_only() {
    let id = VideoId::now();
    let failed = Verdict::Failed(Failure::new(ErrorCode::Internal, "x"));
    for attempt in [0, 2] {
        let update = taken(attempt);
        let videos = videos(&[&update]);
        videos.claim(&owner(), id, attempt, &lease()).await.unwrap();
        videos.finish(&owner(), id, attempt, &failed).await.unwrap();
        videos.claim_notice(&owner(), id, attempt, lease()).await.unwrap();
        assert_eq!(update.num_calls(), 3);
    }
}

#[tokio::test]
async fn a_job_that_is_early_differs_from_one_that_is_late() {
    let at = |attempt| Some(Record { attempt, ..sample() });
    for (found, claim) in [
        (at(0), Claim::Early),
        (at(1), Claim::Early),
        (at(2), Claim::Refused),
        (at(3), Claim::Refused),
        (None, Claim::Refused),
    ] {
        let update = refused(found);
        let claimed = videos(&[&update]).claim(&owner(), VideoId::now(), 2, &lease()).await;
        assert_eq!(claimed.unwrap(), claim);
    }
}

/// Returns the writes of a transaction: a put, if there is one, and an update.
fn writes(request: &TransactWriteItemsInput) -> (Option<&Put>, &Update) {
    match request.transact_items() {
        [update] => (None, update.update().unwrap()),
        [put, update] => (put.put(), update.update().unwrap()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_retry_keeps_the_earlier_result() {
    let record = Record { attempt: 4, notice: None, ..sample() };
    let transaction = mock!(Client::transact_write_items)
        .match_requests(|request| {
            let (key, update) = writes(request);
            let values = update.expression_attribute_values().unwrap();
            let expression = update.update_expression();
            key.is_none()
                && expression.starts_with("SET #status = :queued, attempt = :next, ")
                && expression.contains(", extraction = :extraction ")
                && expression.ends_with(
                    "REMOVE #error, notice, #event, announcedAt, progress, lease, fanOut, startedAt, \
                     repairs",
                )
                && update.condition_expression()
                    == Some("attempt = :attempt AND #status IN (:ready, :failed)")
                && values[":attempt"] == number(4)
                && values[":next"] == number(9)
                && values[":checkAt"].is_n()
                && values[":extraction"].as_m().unwrap()["format"]
                    == AttributeValue::S("png".to_owned())
        })
        .then_output(|| TransactWriteItemsOutput::builder().build());
    let options = Extraction { format: Format::Png, ..Extraction::default() };
    let retried =
        videos(&[&transaction]).retry(record.clone(), 9, Some(options.clone()), None).await;
    let Retry::Begun(begun) = retried.unwrap() else { panic!("it was refused") };
    assert_eq!((begun.attempt, begun.video.status), (9, Status::Queued));
    assert_eq!((&begun.video.result, &begun.lease), (&record.video.result, &None));
    assert_eq!((begun.video.extraction, begun.multipart), (options, record.multipart));
    assert_ne!(begun.video.updated_at, record.video.updated_at);
    assert_eq!(begun.video.expires_at, record.video.expires_at);
}

#[tokio::test]
async fn a_retry_without_options_keeps_them() {
    let transaction = mock!(Client::transact_write_items)
        .match_requests(|request| {
            let (_, update) = writes(request);
            !update.update_expression().contains("extraction")
                && update.expression_attribute_values().unwrap()[":attempt"] == number(0)
        })
        .then_output(|| TransactWriteItemsOutput::builder().build());
    let record = sample();
    let retried = videos(&[&transaction]).retry(record.clone(), 1, None, None).await.unwrap();
    let Retry::Begun(begun) = retried else { panic!("it was refused") };
    assert_eq!(begun.video.extraction, record.video.extraction);
}

#[tokio::test]
async fn a_retry_is_written_together_with_its_key() {
    let record = sample();
    let id = AttributeValue::S(record.video.id.to_string());
    let transaction = mock!(Client::transact_write_items)
        .match_requests(move |request| {
            let (Some(key), update) = writes(request) else { return false };
            key.item()["sk"] == AttributeValue::S("key#call-1".to_owned())
                && key.item()["videos"] == AttributeValue::L(vec![id.clone()])
                && update.key()["sk"] == AttributeValue::S(format!("video#{}", id.as_s().unwrap()))
        })
        .then_output(|| TransactWriteItemsOutput::builder().build());
    let retried = videos(&[&transaction]).retry(record, 1, None, Some(&call("a"))).await.unwrap();
    assert!(matches!(retried, Retry::Begun(_)), "{retried:?}");
}

#[tokio::test]
async fn a_repeated_retry_changes_nothing() {
    let record = sample();
    let id = record.video.id;
    let lost = lost(stored("a", &[id], 60));
    for (fingerprint, earlier) in [("a", Earlier::Same(vec![id])), ("b", Earlier::Other)] {
        let key = call(fingerprint);
        let retried = videos(&[&lost]).retry(record.clone(), 1, None, Some(&key)).await.unwrap();
        assert_eq!(retried, Retry::Earlier(earlier));
    }
}

#[tokio::test(start_paused = true)]
async fn a_video_that_is_not_final_is_not_retried() {
    let reason = |code: &str| CancellationReason::builder().code(code).build();
    let refused = mock!(Client::transact_write_items)
        .sequence()
        .error(move || canceled([reason("None"), reason("TransactionConflict")]))
        .error(move || canceled([reason("None"), reason("ConditionalCheckFailed")]))
        .build();
    let videos = videos(&[&refused]);
    let retried = videos.retry(sample(), 1, None, Some(&call("a"))).await.unwrap();
    assert_eq!((retried, refused.num_calls()), (Retry::NotFinal, 2));
}

#[tokio::test]
async fn every_attempt_round_trips() {
    for attempt in [0, 7] {
        let record = Record { attempt, ..sample() };
        let stored = item(&record);
        assert_eq!(stored["attempt"], number(attempt));
        assert_eq!(Record::from_item(stored).unwrap(), record);
    }
}

#[tokio::test]
async fn a_handler_without_the_lease_records_no_notice() {
    let update = mock!(Client::update_item)
        .match_requests(|request| {
            request.condition_expression() == Some("notice.lease.#owner = :owner")
                && request.expression_attribute_values().unwrap()[":owner"]
                    == AttributeValue::S("message".to_owned())
        })
        .then_error(|| {
            UpdateItemError::ConditionalCheckFailedException(
                ConditionalCheckFailedException::builder().build(),
            )
        });
    let sent = videos(&[&update]).notice_sent(&owner(), VideoId::now(), "message").await.unwrap();
    assert_eq!(sent, None);
}

#[tokio::test]
async fn a_deleted_record_is_returned_once() {
    let record = sample();
    let stored = item(&record);
    let get = mock!(Client::get_item)
        .sequence()
        .output(move || GetItemOutput::builder().set_item(Some(stored.clone())).build())
        .times(2)
        .output(|| GetItemOutput::builder().build())
        .build();
    let reason = CancellationReason::builder().code("ConditionalCheckFailed").build();
    let delete = mock!(Client::transact_write_items)
        .match_requests(|request| {
            let [delete, event] = request.transact_items() else { return false };
            let put = event.put().unwrap().item();
            delete.delete().is_some() && put["pk"] == AttributeValue::S("webhook#owner".to_owned())
        })
        .sequence()
        .output(|| TransactWriteItemsOutput::builder().build())
        .error(move || canceled([reason.clone()]))
        .build();
    let videos = videos(&[&get, &delete]);
    let id = record.video.id;
    let event = NewDelivery::now(EventType::VideoDeleted, Some(id));
    assert_eq!(videos.delete(&owner(), id, Some(&event)).await.unwrap(), Some(record));
    // another call was faster
    assert_eq!(videos.delete(&owner(), id, Some(&event)).await.unwrap(), None);
    assert_eq!(videos.delete(&owner(), id, Some(&event)).await.unwrap(), None);
    assert_eq!(delete.num_calls(), 2);
}
