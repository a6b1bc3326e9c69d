//! The form of records in the table.

use crate::{
    Check, Item, Lease,
    keys::{EXPIRES_AT, integer, key, number, text},
};
use aws_sdk_dynamodb::types::AttributeValue;
use framezip_contract::{Attempt, EventId, Extraction, Locale, Video, format_time};
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
    /// The language of mails to the owner.
    #[serde(default)]
    pub locale: Locale,
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
    /// The attempt: 0 for the first; that of a retry is the time of its call.
    pub attempt: Attempt,
    /// The time at which the first worker claimed it.
    #[serde(default, rename = "startedAt", skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// The attempt that the result is of, if there is a result. A retry keeps it until it has a result itself.
    #[serde(default, rename = "resultAttempt", skip_serializing_if = "Option::is_none")]
    pub result_attempt: Option<Attempt>,
    /// The options of that attempt.
    #[serde(default, rename = "resultExtraction", skip_serializing_if = "Option::is_none")]
    pub result_extraction: Option<Extraction>,
    /// The id of the event about the outcome, in `ready` and `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventId>,
    /// The time at which the event was handed to the webhook's deliveries, if there is a webhook.
    #[serde(default, rename = "announcedAt", skip_serializing_if = "Option::is_none")]
    pub announced_at: Option<Timestamp>,
    /// The time at which the mail about the video's expiry was handed to SES.
    #[serde(default, rename = "remindedAt", skip_serializing_if = "Option::is_none")]
    pub reminded_at: Option<Timestamp>,
    /// The next check by the reconciler, while something is outstanding.
    #[serde(flatten)]
    pub check: Option<Check>,
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

/// The mail about an outcome: in progress while the lease is valid, done once `sent_at` is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// The lease of the handling that sends it.
    pub lease: Lease,
    /// The time at which the mail was handed to SES, or was left out because its receiver wants none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
}

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
        let seconds = integer(item.get(EXPIRES_AT));
        if let Some(time) = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()) {
            item.insert(EXPIRES_AT.to_owned(), text(format_time(time)));
        }
        serde_dynamo::from_item(item)
    }
}

/// The lifetime of a fan-out's item after its last segment. By then the video is final: it may stay in `processing` for
/// three days.
const FAN_OUT_KEPT: SignedDuration = SignedDuration::from_hours(4 * 24);

/// Cuts off what `expiresAt` does not store.
pub fn whole_seconds(time: Timestamp) -> Timestamp {
    time - SignedDuration::from_nanos(time.subsec_nanosecond().into())
}

/// Returns the `expiresAt` of a fan-out after a segment was added.
pub(crate) fn fan_out_kept_until(now: Timestamp) -> AttributeValue {
    number((now + FAN_OUT_KEPT).as_second())
}
