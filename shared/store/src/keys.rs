//! The keys of all items, and the forms of attributes.

use crate::Item;
use aws_sdk_dynamodb::types::AttributeValue;
use framezip_contract::{EventId, UserId, VideoId};
use std::str::FromStr;

/// The owner and the id of a video, which identify its item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VideoKey {
    pub(crate) owner: UserId,
    pub(crate) id: VideoId,
}

impl VideoKey {
    /// Returns the key that a video's item contains.
    pub(crate) fn of(item: &Item) -> Option<Self> {
        let owner = item.get("pk")?.as_s().ok()?.strip_prefix(USER)?;
        let owner = UserId::try_from(owner.to_owned()).ok()?;
        Some(Self { owner, id: video_id(item)? })
    }
}

/// The attribute with the time at which DynamoDB removes an item. DynamoDB wants it in seconds since 1970.
pub(crate) const EXPIRES_AT: &str = "expiresAt";
/// The prefix of all users' partition keys.
const USER: &str = "user#";
/// The prefix of the sort keys of videos only.
pub(crate) const VIDEOS: &str = "video#";

/// The prefix of the partition keys of webhooks and their deliveries. The function that calls users' addresses may
/// use items under this prefix only.
const WEBHOOK_PARTITION: &str = "webhook#";
/// The sort key of a user's webhook.
pub(crate) const WEBHOOK: &str = "webhook";
/// The prefix of the sort keys of deliveries.
pub(crate) const DELIVERIES: &str = "delivery#";

pub(crate) fn partition(owner: &UserId) -> String {
    format!("{USER}{owner}")
}

pub(crate) fn sort(id: VideoId) -> String {
    format!("{VIDEOS}{id}")
}

pub(crate) fn key(owner: &UserId, id: VideoId) -> Item {
    item_key(owner, sort(id))
}

/// Returns the id in a video's key.
pub(crate) fn video_id(key: &Item) -> Option<VideoId> {
    key.get("sk")?.as_s().ok()?.strip_prefix(VIDEOS)?.parse().ok()
}

/// Returns the key of the item with a fan-out's segments.
pub(crate) fn fan_out_key(owner: &UserId, id: VideoId, fan_out: &str) -> Item {
    item_key(owner, format!("fan-out#{id}#{fan_out}"))
}

/// Returns the key of the item about a call with an `Idempotency-Key`.
pub(crate) fn call_key(owner: &UserId, name: &str) -> Item {
    item_key(owner, format!("key#{name}"))
}

pub(crate) fn item_key(owner: &UserId, sort: String) -> Item {
    primary_key(partition(owner), sort)
}

/// Returns the key of an item in the partition of a user's webhook.
pub(crate) fn webhook_key(owner: &UserId, sort: String) -> Item {
    primary_key(webhook_partition(owner), sort)
}

/// Returns the key of the item with these partition and sort keys.
pub(crate) fn primary_key(partition: String, sort: String) -> Item {
    Item::from([("pk".to_owned(), text(partition)), ("sk".to_owned(), text(sort))])
}

pub(crate) fn webhook_partition(owner: &UserId) -> String {
    format!("{WEBHOOK_PARTITION}{owner}")
}

pub(crate) fn delivery_sort(event: EventId) -> String {
    format!("{DELIVERIES}{}", event.uuid())
}

/// Returns the owner in the key of a webhook or a delivery.
pub(crate) fn webhook_owner(key: &Item) -> Option<UserId> {
    let owner = key.get("pk")?.as_s().ok()?.strip_prefix(WEBHOOK_PARTITION)?;
    UserId::try_from(owner.to_owned()).ok()
}

/// Returns the event in the key of a delivery.
pub(crate) fn delivery_event(key: &Item) -> Option<EventId> {
    let uuid = key.get("sk")?.as_s().ok()?.strip_prefix(DELIVERIES)?;
    uuid.parse().ok().map(EventId::from_uuid)
}

pub(crate) fn text(value: impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Returns the integer in an attribute, if it is one.
pub(crate) fn integer<T: FromStr>(value: Option<&AttributeValue>) -> Option<T> {
    value?.as_n().ok()?.parse().ok()
}
