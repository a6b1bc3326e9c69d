//! A video's record: where it stands, what came of it.

use crate::{ErrorCode, Extraction, UserId, VideoId, time};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One uploaded video and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Video {
    /// Its id.
    pub id: VideoId,
    /// Whose it is.
    pub owner: UserId,
    /// The file's name at the user's place.
    pub file_name: String,
    /// The file's length in bytes, as declared and as signed.
    pub bytes: u64,
    /// The file's media type, as declared.
    pub content_type: String,
    /// Which frames are wanted.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::ExtractionOptions))]
    pub extraction: Extraction,
    /// Where it stands.
    pub status: Status,
    /// When it was created.
    #[serde(serialize_with = "time::serialize")]
    pub created_at: Timestamp,
    /// When the record last changed.
    #[serde(serialize_with = "time::serialize")]
    pub updated_at: Timestamp,
    /// How far the extraction has come; from `processing` on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub progress: Option<Progress>,
    /// What came out; in `ready`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub result: Option<ZipFacts>,
    /// What could not be done although the video is `ready`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// Why it failed; in `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub error: Option<Failure>,
}

/// Where a video stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The record exists, the bytes are on their way.
    AwaitingUpload,
    /// The bytes are there, a worker will take them.
    Queued,
    /// A worker is at it.
    Processing,
    /// The zip is there.
    Ready,
    /// There will be no zip.
    Failed,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 5] =
        [Self::AwaitingUpload, Self::Queued, Self::Processing, Self::Ready, Self::Failed];

    /// The status as it stands in JSON, for example `awaiting_upload`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingUpload => "awaiting_upload",
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }

    /// Whether it stays as it is.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Ready | Self::Failed)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Frames done of frames wanted. As read, `done` is never more than `total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(from = "Tally")]
pub struct Progress {
    /// Wanted frames that are settled so far.
    pub done: u32,
    /// Frames wanted.
    pub total: u32,
}

/// Progress as it may be stored. The workers of a split video add to `done` what they made, and take
/// back what a worker that failed had added, each on its own: the sum can stray for a while.
#[derive(Deserialize)]
struct Tally {
    done: i64,
    total: u32,
}

impl From<Tally> for Progress {
    fn from(Tally { done, total }: Tally) -> Self {
        Self { done: u32::try_from(done.max(0)).map_or(total, |done| done.min(total)), total }
    }
}

/// What the zip holds, and what it was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ZipFacts {
    /// The zip's length in bytes.
    pub bytes: u64,
    /// How many images it holds.
    pub frames: u32,
    /// The video it was made from.
    pub source: Source,
    /// The number of its storyboard's last image, if it has one.
    #[serde(default, rename = "storyboardImages", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub storyboard_images: Option<u32>,
}

/// What the container and its video stream say about themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// The container format, by FFmpeg's short name, such as `mov,mp4,m4a,3gp,3g2,mj2`.
    pub container: String,
    /// The codec, by FFmpeg's short name, such as `h264`.
    pub codec: String,
    /// The width in pixels as coded.
    pub width: u32,
    /// The height in pixels as coded.
    pub height: u32,
    /// The length in seconds, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub duration: Option<f64>,
    /// The mean number of frames per second, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub frame_rate: Option<f64>,
}

/// Something that could not be done although the rest could.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Warning {
    /// Where in the video, in seconds from its first frame, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub time: Option<f64>,
    /// What, in a sentence.
    pub message: String,
}

/// Why a video failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Failure {
    /// The stable code.
    pub code: ErrorCode,
    /// A sentence that a person can act on.
    pub message: String,
}

impl Failure {
    /// A failure with its sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_reads_as_a_part_of_the_whole() {
        let read = |done: i64| {
            let json = serde_json::json!({ "done": done, "total": 10 });
            serde_json::from_value::<Progress>(json).unwrap().done
        };
        assert_eq!([-3, 0, 7, 10, 12, i64::MAX].map(read), [0, 0, 7, 10, 10, 10]);
    }
}
