//! What a part of an extraction comes to.

use crate::image::Rgb;
use framezip_contract::Format;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// One file of the zip.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Its name, with folders.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// What it shows, if it is a frame.
    pub frame: Option<Frame>,
}

/// One extracted frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// The number of the target that it is for, from 1.
    pub number: u32,
    /// Its presentation time in seconds from the video's first frame.
    pub seconds: f64,
    /// The same in whole milliseconds, to the nearest.
    pub milliseconds: u64,
    /// Whether it is a keyframe.
    pub keyframe: bool,
    /// Whether it is near-uniform.
    pub blank: bool,
    /// The image's width in pixels.
    pub width: u32,
    /// The image's height in pixels.
    pub height: u32,
}

impl Frame {
    /// Its file's name in the zip, `frames/000001_00-00-20.000.jpg`: names sort by time, and tell it.
    pub(crate) fn file(&self, format: Format) -> String {
        let (number, extension) = (self.number, format.extension());
        let (hours, minutes, seconds, milliseconds) = crate::time_base::split(self.milliseconds);
        format!(
            "frames/{number:06}_{hours:02}-{minutes:02}-{seconds:02}.{milliseconds:03}.{extension}"
        )
    }
}

/// What some of a plan's targets came to, besides the files that they gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The targets by number, from 0.
    pub targets: Range<u32>,
    /// The frames in time order. A target whose frame an earlier one gave has none.
    pub frames: Vec<Frame>,
    /// How many packets of the video were read, by all decoders.
    pub packets_read: u64,
    /// How many of them were decoded.
    pub packets_decoded: u64,
    pub(crate) notes: Notes,
    /// What the contact sheet may need, by target.
    pub(crate) tiles: Vec<(u32, Rgb)>,
    /// The image of its first frame that is not blank, or else of its first.
    #[serde(skip)]
    pub(crate) poster: Option<Vec<u8>>,
}

/// What could not be done, by the times in seconds from the first frame.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Notes {
    /// Packets that could not be decoded.
    pub(crate) undecoded: Vec<f64>,
    /// Frames that are damaged.
    pub(crate) damaged: Vec<f64>,
    /// Targets at which nothing is on screen, although something should be.
    pub(crate) missing: Vec<f64>,
    /// Targets at which nothing but blank frames is on screen.
    pub(crate) blank: Vec<f64>,
}

impl Part {
    pub(crate) fn new(targets: Range<u32>) -> Self {
        Self {
            targets,
            frames: Vec::new(),
            packets_read: 0,
            packets_decoded: 0,
            notes: Notes::default(),
            tiles: Vec::new(),
            poster: None,
        }
    }

    /// The image of its first frame that is not blank, or else of its first. Gone once a part was
    /// serialized.
    pub fn take_poster(&mut self) -> Vec<u8> {
        self.poster.take().unwrap_or_default()
    }
}

/// The frame that stands for the video: the first that is not blank, or else the first.
pub fn poster<'a>(parts: impl Iterator<Item = &'a Part> + Clone) -> Option<&'a Frame> {
    let mut frames = parts.flat_map(|part| &part.frames);
    let first = frames.clone().next();
    frames.find(|frame| !frame.blank).or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_number_and_time() {
        let frame = |number, milliseconds| Frame {
            number,
            seconds: 0.0,
            milliseconds,
            keyframe: true,
            blank: false,
            width: 1,
            height: 1,
        };
        assert_eq!(frame(1, 20_000).file(Format::Jpeg), "frames/000001_00-00-20.000.jpg");
        assert_eq!(frame(50_000, 43_199_999).file(Format::Png), "frames/050000_11-59-59.999.png");
    }
}
