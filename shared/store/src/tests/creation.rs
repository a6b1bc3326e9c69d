//! The creation of videos.

use super::calls::{canceled, key, lost, stored};
use super::{item, owner, sample, videos};
use crate::{Creation, Earlier};
use aws_sdk_dynamodb::{
    Client,
    operation::{
        query::{QueryInput, QueryOutput},
        transact_write_items::{TransactWriteItemsInput, TransactWriteItemsOutput},
    },
    types::{AttributeValue, CancellationReason, ReturnValuesOnConditionCheckFailure, Select},
};
use aws_smithy_mocks::mock;
use framezip_contract::VideoId;

#[tokio::test]
async fn records_and_their_key_are_written_together_or_not_at_all() {
    let records = [sample(), sample()];
    let expected = records.clone();
    let transaction = mock!(Client::transact_write_items)
        .match_requests(move |request: &TransactWriteItemsInput| {
            let puts: Vec<_> = request.transact_items().iter().filter_map(|i| i.put()).collect();
            let [call, first, second] = puts[..] else { return false };
            let ids = &call.item()["videos"];
            let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
            call.item()["sk"] == AttributeValue::S("key#call-1".to_owned())
                && ids.as_l().unwrap().len() == 2
                && call.return_values_on_condition_check_failure() == Some(&all_old)
                && call.condition_expression()
                    == Some("attribute_not_exists(pk) OR expiresAt < :now")
                && first.item() == &item(&expected[0])
                && second.item() == &item(&expected[1])
                && second.condition_expression() == Some("attribute_not_exists(pk)")
        })
        .then_output(|| TransactWriteItemsOutput::builder().build());
    let created = videos(&[&transaction]).create(&owner(), &records, Some(&key("a"))).await;
    assert_eq!(created.unwrap(), Creation::Created);
}

#[tokio::test]
async fn a_repeated_call_gets_what_the_first_made() {
    let record = sample();
    let id = VideoId::now();
    let lost = lost(stored("a", &[id], 60));
    let videos = videos(&[&lost]);
    let records = [record];
    let again = videos.create(&owner(), &records, Some(&key("a"))).await.unwrap();
    assert_eq!(again, Creation::Earlier(Earlier::Same(vec![id])));
    let other = videos.create(&owner(), &records, Some(&key("b"))).await.unwrap();
    assert_eq!(other, Creation::Earlier(Earlier::Other));
}

#[tokio::test(start_paused = true)]
async fn a_conflict_of_two_calls_with_one_key_is_retried() {
    let conflict = || canceled([CancellationReason::builder().code("TransactionConflict").build()]);
    let transaction = mock!(Client::transact_write_items)
        .sequence()
        .error(conflict)
        .times(2)
        .output(|| TransactWriteItemsOutput::builder().build())
        .build();
    let created = videos(&[&transaction]).create(&owner(), &[sample()], Some(&key("a"))).await;
    assert_eq!((created.unwrap(), transaction.num_calls()), (Creation::Created, 3));

    let never = mock!(Client::transact_write_items).then_error(conflict);
    let error = videos(&[&never]).create(&owner(), &[sample()], None).await.unwrap_err();
    assert!(error.to_string().starts_with("DynamoDB TransactWriteItems"), "{error}");
    assert_eq!(never.num_calls(), 6);
}

#[tokio::test]
async fn unfinished_videos_are_counted_up_to_the_limit() {
    let page = |count: i32, more: bool| {
        let start = more.then(|| item(&sample()));
        QueryOutput::builder().count(count).set_last_evaluated_key(start).build()
    };
    let query = mock!(Client::query)
        .match_requests(|request: &QueryInput| {
            request.select() == Some(&Select::Count) && request.consistent_read() == Some(true)
        })
        .sequence()
        .output(move || page(2, true))
        .output(move || page(3, true))
        .output(move || page(0, false))
        .build();
    let videos = videos(&[&query]);
    assert_eq!(videos.unfinished(&owner(), 4).await.unwrap(), 5);
    assert_eq!(query.num_calls(), 2);
}
