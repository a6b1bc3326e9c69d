//! `frames.json`, the zip's table of contents.

use crate::Frame;
use framezip_contract::{Extraction, Source, Warning};
use serde::Serialize;

/// What a program needs to use the images without opening them.
#[derive(Serialize)]
pub(crate) struct Manifest {
    version: u32,
    source: Source,
    extraction: Extraction,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) poster: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sheet: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) storyboard: Option<String>,
    frames: Vec<Entry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) warnings: Vec<Warning>,
}

/// One image.
#[derive(Serialize)]
struct Entry {
    file: String,
    /// Its presentation time in seconds from the video's first frame.
    time: f64,
    width: u32,
    height: u32,
    keyframe: bool,
}

impl Manifest {
    pub(crate) fn new(extraction: Extraction, source: Source) -> Self {
        Self {
            version: 1,
            source,
            extraction,
            poster: None,
            sheet: None,
            storyboard: None,
            frames: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Notes the next frame and returns its name in the zip.
    pub(crate) fn add(&mut self, frame: &Frame) -> String {
        let extension = self.extraction.format.extension();
        let file = name(self.frames.len() + 1, frame.milliseconds, extension);
        self.frames.push(Entry {
            file: file.clone(),
            time: frame.seconds,
            width: frame.width,
            height: frame.height,
            keyframe: frame.keyframe,
        });
        file
    }

    pub(crate) fn frames(&self) -> u32 {
        self.frames.len() as u32
    }
}

/// `frames/000001_00-00-20.000.jpg`: names sort by time, and tell it.
fn name(number: usize, milliseconds: u64, extension: &str) -> String {
    let (seconds, fraction) = (milliseconds / 1000, milliseconds % 1000);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let seconds = seconds % 60;
    format!("frames/{number:06}_{hours:02}-{minutes:02}-{seconds:02}.{fraction:03}.{extension}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_tell_number_and_time() {
        assert_eq!(super::name(1, 20_000, "jpg"), "frames/000001_00-00-20.000.jpg");
        assert_eq!(super::name(50_000, 43_199_999, "png"), "frames/050000_11-59-59.999.png");
    }
}
