//! Videos that are begun again, or removed.

use super::{item, owner, sample, videos};
use crate::{Claim, Lease, Record};
use aws_sdk_dynamodb::{
    Client,
    operation::{
        delete_item::DeleteItemOutput,
        update_item::{UpdateItemError, UpdateItemInput, UpdateItemOutput},
    },
    types::{
        AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure,
        error::ConditionalCheckFailedException,
    },
};
use aws_smithy_mocks::{Rule, mock};
use framezip_contract::{ErrorCode, Extraction, Failure, Format, Verdict, VideoId};
use std::time::Duration;

fn number(value: u32) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn lease() -> Lease {
    Lease::of("worker", Duration::from_secs(900))
}

/// That a write is for this attempt only.
fn is_of(request: &UpdateItemInput, attempt: u32) -> bool {
    let condition = request.condition_expression().unwrap();
    let values = request.expression_attribute_values().unwrap();
    match attempt {
        0 => condition.starts_with("attribute_not_exists(attempt) AND "),
        _ => {
            condition.starts_with("attempt = :attempt AND ")
                && values[":attempt"] == number(attempt)
        }
    }
}

fn taken(attempt: u32) -> Rule {
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
async fn messages_reach_their_own_attempt_only() {
    let id = VideoId::now();
    let failed = Verdict::Failed(Failure::new(ErrorCode::Internal, "x"));
    for attempt in [0, 2] {
        let update = taken(attempt);
        let videos = videos(&[&update]);
        videos.claim(&owner(), id, attempt, &lease()).await.unwrap();
        videos.finish(&owner(), id, attempt, &failed).await.unwrap();
        videos.claim_notice(&owner(), id, attempt, lease()).await.unwrap();
        videos.retry(&owner(), id, attempt, None).await.unwrap();
        assert_eq!(update.num_calls(), 4);
    }
}

#[tokio::test]
async fn a_job_that_overtook_its_attempt_is_told_from_one_that_is_late() {
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

#[tokio::test]
async fn a_new_attempt_starts_from_nothing() {
    let mut record = sample();
    let stored = item(&record);
    let update = mock!(Client::update_item)
        .match_requests(|request| {
            let values = request.expression_attribute_values().unwrap();
            let update = request.update_expression().unwrap();
            update.starts_with("SET #status = :queued, attempt = :next, ")
                && update.contains(", extraction = :extraction ")
                && update.ends_with(
                    "REMOVE #result, warnings, #error, notice, progress, lease, run, startedAt",
                )
                && request.condition_expression()
                    == Some("attempt = :attempt AND #status IN (:ready, :failed)")
                && values[":next"] == number(5)
                && values[":extraction"].as_m().unwrap()["format"]
                    == AttributeValue::S("png".to_owned())
        })
        .then_output(move || {
            UpdateItemOutput::builder().set_attributes(Some(stored.clone())).build()
        });
    record.video.extraction = Extraction { format: Format::Png, ..Extraction::default() };
    let options = Some(&record.video.extraction);
    let begun = videos(&[&update]).retry(&owner(), record.video.id, 4, options).await.unwrap();
    assert!(begun.is_some());
}

#[tokio::test]
async fn a_later_attempt_reads_back_as_written() {
    let record = Record { attempt: 7, ..sample() };
    let stored = item(&record);
    assert_eq!(stored["attempt"], number(7));
    assert_eq!(serde_dynamo::from_item::<_, Record>(stored).unwrap(), record);
    assert!(!item(&sample()).contains_key("attempt"));
}

#[tokio::test]
async fn who_has_lost_the_right_to_tell_notes_nothing() {
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
    let told = videos(&[&update]).told(&owner(), VideoId::now(), "message").await.unwrap();
    assert_eq!(told, None);
}

#[tokio::test]
async fn a_deleted_record_is_told_once() {
    let record = sample();
    let stored = item(&record);
    let delete = mock!(Client::delete_item)
        .match_requests(|request| request.return_values() == Some(&ReturnValue::AllOld))
        .sequence()
        .output(move || DeleteItemOutput::builder().set_attributes(Some(stored.clone())).build())
        .output(|| DeleteItemOutput::builder().build())
        .build();
    let videos = videos(&[&delete]);
    let id = record.video.id;
    assert_eq!(videos.delete(&owner(), id).await.unwrap(), Some(record));
    assert_eq!(videos.delete(&owner(), id).await.unwrap(), None);
}
