//! `frames.json`, the table of contents of the zip.

use crate::output::segment::Frame;
use framezip_contract::{Extraction, Format, Source, Warning};
use serde::Serialize;

/// The contents of the zip, for programs that use the images without opening them.
#[derive(Serialize)]
pub(crate) struct FramesManifest<'a> {
    pub(crate) version: u32,
    pub(crate) source: &'a Source,
    pub(crate) extraction: &'a Extraction,
    pub(crate) poster: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sheet: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) storyboard: Option<&'a str>,
    pub(crate) frames: Vec<FrameEntry>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) warnings: &'a [Warning],
}

/// One image.
#[derive(Serialize)]
pub(crate) struct FrameEntry {
    file: String,
    /// The presentation time in seconds from the video's first frame.
    time: f64,
    width: u32,
    height: u32,
    keyframe: bool,
}

impl FrameEntry {
    pub(crate) fn of(frame: &Frame, format: Format) -> Self {
        Self {
            file: frame.file_name(format),
            time: frame.seconds,
            width: frame.width,
            height: frame.height,
            keyframe: frame.keyframe,
        }
    }
}
