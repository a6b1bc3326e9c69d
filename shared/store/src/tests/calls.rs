//! Idempotency keys.

use super::{owner, videos};
use crate::{CallKey, Earlier, Item};
use aws_sdk_dynamodb::{
    Client,
    operation::{get_item::GetItemOutput, transact_write_items::TransactWriteItemsError},
    types::{AttributeValue, CancellationReason, error::TransactionCanceledException},
};
use aws_smithy_mocks::{Rule, mock};
use framezip_contract::VideoId;
use jiff::Timestamp;

pub(super) fn key(fingerprint: &str) -> CallKey {
    CallKey { name: "call-1".to_owned(), fingerprint: fingerprint.to_owned() }
}

/// Returns a key's item that expires in this number of seconds.
pub(super) fn stored(fingerprint: &str, ids: &[VideoId], seconds: i64) -> Item {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let ids = ids.iter().map(|id| text(&id.to_string())).collect();
    let expires_at = Timestamp::now().as_second() + seconds;
    Item::from([
        ("pk".to_owned(), text("user#owner")),
        ("sk".to_owned(), text("key#call-1")),
        ("fingerprint".to_owned(), text(fingerprint)),
        ("videos".to_owned(), AttributeValue::L(ids)),
        ("expiresAt".to_owned(), AttributeValue::N(expires_at.to_string())),
    ])
}

/// Returns a transaction that was cancelled, with a reason for each write.
pub(super) fn canceled(
    reasons: impl IntoIterator<Item = CancellationReason>,
) -> TransactWriteItemsError {
    let reasons = Some(reasons.into_iter().collect());
    let canceled =
        TransactionCanceledException::builder().set_cancellation_reasons(reasons).build();
    TransactWriteItemsError::TransactionCanceledException(canceled)
}

/// Returns a transaction that was refused because of an earlier call with the same key.
pub(super) fn lost(earlier: Item) -> Rule {
    mock!(Client::transact_write_items).then_error(move || {
        let reason = CancellationReason::builder().code("ConditionalCheckFailed");
        canceled([reason.set_item(Some(earlier.clone())).build()])
    })
}

#[tokio::test]
async fn a_key_is_known_for_a_day() {
    let id = VideoId::now();
    for (seconds, known) in [(60, Some(Earlier::Same(vec![id]))), (-60, None)] {
        let item = stored("a", &[id], seconds);
        let get = mock!(Client::get_item)
            .match_requests(|request| request.consistent_read() == Some(true))
            .then_output(move || GetItemOutput::builder().set_item(Some(item.clone())).build());
        let before = videos(&[&get]).earlier_call(&owner(), &key("a")).await.unwrap();
        assert_eq!(before, known);
    }
}
