//! Stable codes for the reasons why a video failed.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The reason why a video failed. Codes are stable, so that clients can branch on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The file is not in a supported container format.
    NotAVideo,
    /// The container has no video stream (audio only, cover art).
    NoVideoStream,
    /// The codec of the video stream is not supported.
    UnsupportedCodec,
    /// The video is encrypted and cannot be decoded without its key.
    Encrypted,
    /// The video is so damaged that no frame could be decoded.
    CorruptVideo,
    /// The options choose no frame of the video.
    NoFramesInRange,
    /// The video is longer than the limit.
    TooLong,
    /// The file is larger than the limit.
    TooLarge,
    /// The options choose more frames than the limit.
    TooManyFrames,
    /// The pictures are larger than the limit.
    TooManyPixels,
    /// The object on S3 is not what the client declared.
    UploadMismatch,
    /// The file did not arrive in time.
    UploadExpired,
    /// The owner deleted or retried the video.
    Cancelled,
    /// The server failed; a retry may help.
    Internal,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 14] = [
        Self::NotAVideo,
        Self::NoVideoStream,
        Self::UnsupportedCodec,
        Self::Encrypted,
        Self::CorruptVideo,
        Self::NoFramesInRange,
        Self::TooLong,
        Self::TooLarge,
        Self::TooManyFrames,
        Self::TooManyPixels,
        Self::UploadMismatch,
        Self::UploadExpired,
        Self::Cancelled,
        Self::Internal,
    ];

    /// Returns the code as in JSON, for example `not_a_video`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAVideo => "not_a_video",
            Self::NoVideoStream => "no_video_stream",
            Self::UnsupportedCodec => "unsupported_codec",
            Self::Encrypted => "encrypted",
            Self::CorruptVideo => "corrupt_video",
            Self::NoFramesInRange => "no_frames_in_range",
            Self::TooLong => "too_long",
            Self::TooLarge => "too_large",
            Self::TooManyFrames => "too_many_frames",
            Self::TooManyPixels => "too_many_pixels",
            Self::UploadMismatch => "upload_mismatch",
            Self::UploadExpired => "upload_expired",
            Self::Cancelled => "cancelled",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_form_is_the_display_form() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.to_string());
        }
    }
}
