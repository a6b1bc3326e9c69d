//! The form of records in the table.

use crate::{
    Lease,
    keys::{number, partition, sort, text},
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

/// A record under its key.
#[derive(Serialize)]
pub(crate) struct Stored<'a> {
    pk: String,
    sk: String,
    /// The time at which DynamoDB removes the item, in seconds since 1970.
    #[serde(rename = "expiresAt")]
    expires_at: i64,
    #[serde(flatten)]
    record: &'a Record,
}

impl Record {
    pub(crate) fn as_item(&self) -> Stored<'_> {
        let video = &self.video;
        Stored {
            pk: partition(&video.owner),
            sk: sort(video.id),
            expires_at: (video.created_at + ABANDONED_AFTER).as_second(),
            record: self,
        }
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

/// Returns the `expiresAt` of a video whose file has arrived.
pub(crate) fn kept_until() -> AttributeValue {
    number((Timestamp::now() + KEPT).as_second())
}

/// Returns the `expiresAt` of a fan-out after a segment was added.
pub(crate) fn fan_out_kept_until() -> AttributeValue {
    number((Timestamp::now() + FAN_OUT_KEPT).as_second())
}
