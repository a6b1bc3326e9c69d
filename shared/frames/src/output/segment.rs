//! The results of a segment of an extraction.

use crate::{image::Rgb, time_base::ClockTime};
use framezip_contract::Format;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// One file of the zip.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputFile {
    /// The name in the zip, with folders.
    pub name: String,
    /// The content.
    pub bytes: Vec<u8>,
    /// The frame in the file, if it is a frame's image.
    pub frame: Option<Frame>,
}

/// One extracted frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// The number of its target, from 1.
    pub number: u32,
    /// Its presentation time in seconds from the video's first frame.
    pub seconds: f64,
    /// Its presentation time in milliseconds, rounded to the nearest one.
    pub milliseconds: u64,
    /// Whether it is a keyframe.
    pub keyframe: bool,
    /// Whether it is near-uniform.
    pub blank: bool,
    /// The width of the image in pixels.
    pub width: u32,
    /// The height of the image in pixels.
    pub height: u32,
}

impl Frame {
    /// Returns the name of its file in the zip, such as `frames/000001_00-00-20.000.jpg`. Names sort by time.
    pub(crate) fn file_name(&self, format: Format) -> String {
        let (number, extension) = (self.number, format.extension());
        let ClockTime { hours, minutes, seconds, milliseconds } =
            ClockTime::of_milliseconds(self.milliseconds);
        format!(
            "frames/{number:06}_{hours:02}-{minutes:02}-{seconds:02}.{milliseconds:03}.{extension}"
        )
    }
}

/// The results of a contiguous range of a plan's targets, except the files that were already passed on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExtractedSegment {
    /// The targets by number, from 0.
    pub targets: Range<u32>,
    /// The frames in time order. A target with the same frame as an earlier one has none.
    pub frames: Vec<Frame>,
    /// The number of the video's packets that all decoders read.
    pub packets_read: u64,
    /// The number of these packets that were decoded.
    pub packets_decoded: u64,
    pub(crate) notes: SegmentNotes,
    /// Tiles that the contact sheet may need, by target.
    pub(crate) tiles: Vec<(u32, Rgb)>,
    /// The image of the first frame that is not blank, or else of the first frame.
    #[serde(skip)]
    pub(crate) poster: Option<Vec<u8>>,
}

/// The times of problems, in seconds from the first frame.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct SegmentNotes {
    /// Packets that could not be decoded.
    pub(crate) undecoded: Vec<f64>,
    /// Frames that are damaged.
    pub(crate) damaged: Vec<f64>,
    /// Targets without a frame on screen, although the video should have one.
    pub(crate) missing: Vec<f64>,
    /// Targets with only blank frames up to the next target.
    pub(crate) blank: Vec<f64>,
}

impl ExtractedSegment {
    pub(crate) fn new(targets: Range<u32>) -> Self {
        Self {
            targets,
            frames: Vec::new(),
            packets_read: 0,
            packets_decoded: 0,
            notes: SegmentNotes::default(),
            tiles: Vec::new(),
            poster: None,
        }
    }

    /// Takes the image of the first frame that is not blank, or else of the first frame. Serialization drops this
    /// image, so a deserialized segment returns no bytes.
    pub fn take_poster(&mut self) -> Vec<u8> {
        self.poster.take().unwrap_or_default()
    }
}

/// Returns the frame that represents the video: the first that is not blank, or else the first.
pub fn poster<'a>(
    segments: impl Iterator<Item = &'a ExtractedSegment> + Clone,
) -> Option<&'a Frame> {
    let mut frames = segments.flat_map(|segment| &segment.frames);
    let first = frames.clone().next();
    frames.find(|frame| !frame.blank).or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_contain_number_and_time() {
        let frame = |number, milliseconds| Frame {
            number,
            seconds: 0.0,
            milliseconds,
            keyframe: true,
            blank: false,
            width: 1,
            height: 1,
        };
        assert_eq!(frame(1, 20_000).file_name(Format::Jpeg), "frames/000001_00-00-20.000.jpg");
        assert_eq!(
            frame(50_000, 43_199_999).file_name(Format::Png),
            "frames/050000_11-59-59.999.png"
        );
    }
}
