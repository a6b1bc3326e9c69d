//! The keys of all items, and the forms of attributes.

use crate::Item;
use aws_sdk_dynamodb::types::AttributeValue;
use framezip_contract::{UserId, VideoId};

/// The prefix of all users' partition keys.
const USER: &str = "user#";
/// The prefix of the sort keys of videos only.
pub(crate) const VIDEOS: &str = "video#";

pub(crate) fn partition(owner: &UserId) -> String {
    format!("{USER}{owner}")
}

pub(crate) fn sort(id: VideoId) -> String {
    format!("{VIDEOS}{id}")
}

pub(crate) fn key(owner: &UserId, id: VideoId) -> Item {
    item_key(owner, sort(id))
}

/// Returns the owner and the id in a video's key.
pub(crate) fn owner_and_id(key: &Item) -> Option<(UserId, VideoId)> {
    let owner = key.get("pk")?.as_s().ok()?.strip_prefix(USER)?;
    Some((UserId::try_from(owner.to_owned()).ok()?, video_id(key)?))
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
    Item::from([("pk".to_owned(), text(partition(owner))), ("sk".to_owned(), text(sort))])
}

pub(crate) fn text(value: impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
