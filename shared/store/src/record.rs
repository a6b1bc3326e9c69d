//! How a video lies in the table.

use crate::{Item, Lease, Notice};
use aws_sdk_dynamodb::types::AttributeValue;
use framezip_contract::{UserId, Video, VideoId, format_time};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A video with what only the functions need to know of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What its owner sees.
    #[serde(flatten)]
    pub video: Video,
    /// Where its owner is told.
    pub email: String,
    /// Whose worker has it, and until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// Whether its owner was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// The id of the message whose worker split the video's work into segments; while it is
    /// `processing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// How S3 knows its upload, where that comes in parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multipart: Option<Multipart>,
    /// How often its owner has asked for it again. Not stored while it is 0, as in records from before
    /// there was more than one attempt.
    #[serde(default, skip_serializing_if = "is_first")]
    pub attempt: u32,
    /// When the first worker took it.
    #[serde(default, rename = "startedAt", skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
}

fn is_first(attempt: &u32) -> bool {
    *attempt == 0
}

/// An upload in parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Multipart {
    /// The id that S3 gave it.
    pub upload_id: String,
    /// The length of every part in bytes, but of the last.
    pub part_bytes: u64,
}

/// A record under its key.
#[derive(Serialize)]
pub(crate) struct Stored<'a> {
    pk: String,
    sk: String,
    /// When DynamoDB removes the item, in seconds since 1970.
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

/// An upload that never comes is forgotten after this.
const ABANDONED_AFTER: SignedDuration = SignedDuration::from_hours(48);
/// A record lives as long as its zip does: the results bucket's lifecycle says the same.
const KEPT: SignedDuration = SignedDuration::from_hours(60 * 24);
/// What is known of a run is of no use this long after its last part: by then the video is final.
const RUN_KEPT: SignedDuration = SignedDuration::from_hours(48);

/// How all partition keys begin.
const USER: &str = "user#";
/// How the sort keys of all videos begin, and of nothing else.
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

/// Whose video a key is, and which.
pub(crate) fn owner_and_id(key: &Item) -> Option<(UserId, VideoId)> {
    let owner = key.get("pk")?.as_s().ok()?.strip_prefix(USER)?;
    Some((UserId::try_from(owner.to_owned()).ok()?, video_id(key)?))
}

/// Which video a key is.
pub(crate) fn video_id(key: &Item) -> Option<VideoId> {
    key.get("sk")?.as_s().ok()?.strip_prefix(VIDEOS)?.parse().ok()
}

/// The key of the item that holds one run's parts.
pub(crate) fn run_key(owner: &UserId, id: VideoId, run: &str) -> Item {
    item_key(owner, format!("run#{id}#{run}"))
}

/// The key of the item that remembers a client's call.
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

pub(crate) fn now() -> AttributeValue {
    text(format_time(Timestamp::now()))
}

/// The `expiresAt` of a video whose bytes have come.
pub(crate) fn kept_until() -> AttributeValue {
    number((Timestamp::now() + KEPT).as_second())
}

/// The `expiresAt` of a run that a part was just added to.
pub(crate) fn run_kept_until() -> AttributeValue {
    number((Timestamp::now() + RUN_KEPT).as_second())
}
