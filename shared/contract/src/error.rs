//! Why a video failed, as codes that clients may branch on.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a video could not be turned into frames. The codes are stable: clients branch on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The bytes are not in any container format we read.
    NotAVideo,
    /// A readable container, but with nothing to look at (audio only, cover art).
    NoVideoStream,
    /// The video stream's codec has no decoder here.
    UnsupportedCodec,
    /// The video is encrypted, and nothing can be decoded without its key.
    Encrypted,
    /// A video, but damaged so that not one frame could be decoded.
    CorruptVideo,
    /// The options choose no frame of this video.
    NoFramesInRange,
    /// Longer than the limit.
    TooLong,
    /// More bytes than the limit.
    TooLarge,
    /// The options choose more frames than the limit.
    TooManyFrames,
    /// Pictures larger than the limit.
    TooManyPixels,
    /// What arrived on S3 is not what the client said it would send.
    UploadMismatch,
    /// The owner gave the video up.
    Cancelled,
    /// Our fault; trying again may help.
    Internal,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 13] = [
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
        Self::Cancelled,
        Self::Internal,
    ];

    /// The code as it stands in JSON, for example `not_a_video`.
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
