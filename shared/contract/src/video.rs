//! A video's record as its owner sees it.

use crate::{ErrorCode, Extraction, UserId, VideoId, time};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One video, with its status and result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Video {
    /// Its id.
    pub id: VideoId,
    /// Its owner.
    pub owner: UserId,
    /// The file's name on the user's machine.
    pub file_name: String,
    /// The file's length in bytes, as declared and as signed.
    pub bytes: u64,
    /// The file's media type, as declared.
    pub content_type: String,
    /// The extraction options.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::ExtractionOptions))]
    pub extraction: Extraction,
    /// Its status.
    pub status: Status,
    /// The time of its creation.
    #[serde(serialize_with = "time::serialize")]
    pub created_at: Timestamp,
    /// The time of the record's last change.
    #[serde(serialize_with = "time::serialize")]
    pub updated_at: Timestamp,
    /// The time at which the record, the file and the zip are removed, fixed when the video is created.
    #[serde(serialize_with = "time::serialize")]
    pub expires_at: Timestamp,
    /// The progress of the extraction, in `processing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub progress: Option<Progress>,
    /// Facts about the zip. A retry keeps those of the last attempt that was `ready` until it is `ready` itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub result: Option<ZipFacts>,
    /// Problems that the zip has all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// The reason, in `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub error: Option<Failure>,
}

/// The status of a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The record exists; the file has not arrived.
    AwaitingUpload,
    /// The file has arrived; no worker has started.
    Queued,
    /// A worker extracts the frames.
    Processing,
    /// The zip can be downloaded.
    Ready,
    /// The extraction failed.
    Failed,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 5] =
        [Self::AwaitingUpload, Self::Queued, Self::Processing, Self::Ready, Self::Failed];

    /// Returns the status as in JSON, for example `awaiting_upload`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingUpload => "awaiting_upload",
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }

    /// Returns whether only a retry changes the status.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Ready | Self::Failed)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The number of finished frames. When read, `done` never exceeds `total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(from = "Tally")]
pub struct Progress {
    /// Targets that are finished so far.
    pub done: u32,
    /// Targets in total.
    pub total: u32,
}

/// Progress as it may be stored. In a fan-out each worker adds its finished frames to `done`, and the
/// frames of a failed worker are subtracted again, so the sum may be out of range for a while.
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

/// Facts about the zip and its source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ZipFacts {
    /// The zip's length in bytes.
    pub bytes: u64,
    /// The number of images.
    pub frames: u32,
    /// The video it was made from.
    pub source: Source,
    /// The number of the last storyboard image, if there is a storyboard.
    #[serde(default, rename = "storyboardImages", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub storyboard_images: Option<u32>,
}

/// Facts about a video file, as its container and video stream state them.
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
    /// The duration in seconds, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub duration: Option<f64>,
    /// The mean number of frames per second, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub frame_rate: Option<f64>,
}

/// A problem that did not stop the extraction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Warning {
    /// The position in seconds from the first frame, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub time: Option<f64>,
    /// The problem in a sentence.
    pub message: String,
}

/// The reason why a video failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Failure {
    /// The stable code.
    pub code: ErrorCode,
    /// A sentence that says what is wrong and what to do.
    pub message: String,
}

impl Failure {
    /// Returns a failure with its sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// Returns the failure of a video that is given up because of framezip itself.
    pub fn internal() -> Self {
        Self::new(
            ErrorCode::Internal,
            "We could not process this video because of a problem on our side. We have been notified. Try \
             again later.",
        )
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
