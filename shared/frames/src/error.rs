//! Why no frames, told apart by what the caller does about it.

use ffmpeg_next::{Error as FfmpegError, error::ENOMEM};
use framezip_contract::{ErrorCode, Failure};
use std::io;

/// Why frames could not be extracted.
#[derive(Debug, thiserror::Error)]
pub enum FramesError {
    /// The video's fault, or the options'. It would fail the same way again.
    #[error("{}: {}", .0.code, .0.message)]
    Media(Failure),
    /// The source could not be read. Trying again may help.
    #[error("the video could not be read: {0}")]
    Read(#[source] io::Error),
    /// The caller did not take a frame.
    #[error("a frame could not be passed on: {0}")]
    Sink(#[source] io::Error),
    /// The caller's interrupt said so.
    #[error("the extraction was interrupted")]
    Interrupted,
    /// FFmpeg or the JPEG encoder failed where the media cannot be blamed.
    #[error("{operation} failed: {reason}")]
    Library {
        /// What was being done.
        operation: &'static str,
        /// What the library said.
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

    /// What an operation on a picture failed with: trying again may help if there was no memory;
    /// anything else would fail the same way again.
    pub(crate) fn picture(operation: &'static str, error: FfmpegError) -> Self {
        match error {
            FfmpegError::Other { errno: ENOMEM } => Self::library(operation, error),
            _ => Self::media(
                ErrorCode::UnsupportedCodec,
                "This video's pictures are in a format that cannot be converted. Convert the video to \
                 H.264 and send it again.",
            ),
        }
    }

    /// What opening a container failed with.
    pub(crate) fn opening(error: FfmpegError) -> Self {
        match error {
            FfmpegError::Exit => Self::Interrupted,
            // more memory than FFmpeg grants to one table, which no file in order needs
            FfmpegError::Other { errno: ENOMEM } => Self::media(
                ErrorCode::CorruptVideo,
                "This video's header is damaged: it announces more data than any video has.",
            ),
            _ => Self::media(
                ErrorCode::NotAVideo,
                "This file is in no video format that we know. If it plays elsewhere, convert it \
                 to MP4 and send it again.",
            ),
        }
    }
}
