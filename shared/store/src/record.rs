//! The form of records in the table.

use crate::{
    Item, Lease,
    keys::{key, number, text},
};
use aws_sdk_dynamodb::types::AttributeValue;
use framezip_contract::{Video, format_time};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A video with the attributes that only the functions see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The video as its owner sees it.
    #[serde(flatten)]
    pub video: Video,
    /// The owner's e-mail address.
    pub email: String,
    /// The lease of the message whose worker processes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// The notification of its owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// The fan-out, in `processing`: the id of the message whose worker split the video into segments.
    #[serde(default, rename = "fanOut", skip_serializing_if = "Option::is_none")]
    pub fan_out: Option<String>,
    /// The multipart upload on S3, if the file is uploaded in parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multipart: Option<Multipart>,
    /// The attempt: 0 for the first, one more for each retry.
    pub attempt: u32,
    /// The time at which the first worker claimed it.
    #[serde(default, rename = "startedAt", skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
}

/// A multipart upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Multipart {
    /// The id that S3 gave it.
    pub upload_id: String,
    /// The length of each part in bytes, except the last.
    pub part_bytes: u64,
}

/// The notification about an outcome: in progress while the lease is valid, done once `sent_at` is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// The lease of the message whose handler sends it.
    pub lease: Lease,
    /// The time at which the mail was handed to SES.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
}

/// The attribute with the time at which DynamoDB removes an item. DynamoDB wants it in seconds since 1970.
const EXPIRES_AT: &str = "expiresAt";

impl Record {
    /// Returns the record as an item under its key.
    pub(crate) fn to_item(&self) -> Result<Item, serde_dynamo::Error> {
        let mut item: Item = serde_dynamo::to_item(self)?;
        let video = &self.video;
        item.extend(key(&video.owner, video.id));
        item.insert(EXPIRES_AT.to_owned(), number(video.expires_at.as_second()));
        Ok(item)
    }

    /// Reads a record from its item.
    pub(crate) fn from_item(mut item: Item) -> Result<Self, serde_dynamo::Error> {
        let seconds = item.get(EXPIRES_AT).and_then(|value| value.as_n().ok()?.parse().ok());
        if let Some(time) = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()) {
            item.insert(EXPIRES_AT.to_owned(), text(format_time(time)));
        }
        serde_dynamo::from_item(item)
    }
}

/// The lifetime of a record whose file never arrives.
const ABANDONED_AFTER: SignedDuration = SignedDuration::from_hours(48);
/// The lifetime of a record, equal to that of its zip in the results bucket's lifecycle.
const KEPT: SignedDuration = SignedDuration::from_hours(60 * 24);
/// The lifetime of a fan-out's item after its last segment. By then the video is final.
const FAN_OUT_KEPT: SignedDuration = SignedDuration::from_hours(48);

pub(crate) fn now() -> AttributeValue {
    text(format_time(Timestamp::now()))
}

/// Returns the time at which a new record is removed if its file never arrives.
pub fn abandoned_at(created_at: Timestamp) -> Timestamp {
    whole_seconds(created_at + ABANDONED_AFTER)
}

/// Returns the time at which a record that is written now is removed, if its file has arrived.
pub(crate) fn kept_from(now: Timestamp) -> Timestamp {
    whole_seconds(now + KEPT)
}

/// Returns the `expiresAt` of a video whose file has arrived.
pub(crate) fn kept_until() -> AttributeValue {
    number(kept_from(Timestamp::now()).as_second())
}

/// Cuts off what the table does not store.
fn whole_seconds(time: Timestamp) -> Timestamp {
    time - SignedDuration::from_nanos(time.subsec_nanosecond().into())
}

/// Returns the `expiresAt` of a fan-out after a segment was added.
pub(crate) fn fan_out_kept_until() -> AttributeValue {
    number((Timestamp::now() + FAN_OUT_KEPT).as_second())
}
