//! The errors of an extraction, one variant for each reaction of the caller.

use ffmpeg_next::{Error as FfmpegError, error::ENOMEM};
use framezip_contract::{ErrorCode, Failure};
use std::io;

/// The failure of an extraction.
#[derive(Debug, thiserror::Error)]
pub enum FramesError {
    /// A fault of the video or of the options. A retry would fail the same way.
    #[error("{}: {}", .0.code, .0.message)]
    Media(Failure),
    /// The source could not be read. A retry may help.
    #[error("the video could not be read: {0}")]
    Read(#[source] io::Error),
    /// The caller's sink failed.
    #[error("a file could not be passed on: {0}")]
    Sink(#[source] io::Error),
    /// The caller interrupted the extraction.
    #[error("the extraction was interrupted")]
    Interrupted,
    /// FFmpeg or an image encoder failed, and the media is not the cause.
    #[error("{operation} failed: {reason}")]
    Library {
        /// The operation that failed.
        operation: &'static str,
        /// The library's message.
        reason: String,
    },
}

impl FramesError {
    pub(crate) fn media(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::Media(Failure::new(code, message))
    }

    pub(crate) fn library(operation: &'static str, reason: impl ToString) -> Self {
        Self::Library { operation, reason: reason.to_string() }
    }

    /// Converts the error of an operation on a picture. A retry may help after a lack of memory; after anything else it
    /// would fail the same way.
    pub(crate) fn picture(operation: &'static str, error: FfmpegError) -> Self {
        match error {
            FfmpegError::Other { errno: ENOMEM } => Self::library(operation, error),
            _ => Self::media(
                ErrorCode::UnsupportedCodec,
                "This video's pictures have a format that we cannot read. Convert the video to H.264 \
                 and send it again.",
            ),
        }
    }

    /// Converts the error of opening a container.
    pub(crate) fn opening(error: FfmpegError) -> Self {
        match error {
            FfmpegError::Exit => Self::Interrupted,
            // more memory than FFmpeg allows for one table, which no intact file needs
            FfmpegError::Other { errno: ENOMEM } => Self::media(
                ErrorCode::CorruptVideo,
                "This video's header is damaged: it announces more data than any video has.",
            ),
            _ => Self::media(
                ErrorCode::NotAVideo,
                "This file is not in a video format that we support. If it plays elsewhere, convert it \
                 to MP4 and send it again.",
            ),
        }
    }
}
