//! The beginnings of scenes.

use crate::{
    FramesError,
    decode::{decoder::Decoder, on_screen::pts},
    image::Luma,
};
use std::ops::Range;

/// Detects the beginnings of scenes, picture by picture.
///
/// The score is that of FFmpeg's filter `select`, so that thresholds mean the same. It compares two numbers: the mean
/// change of luma since the last picture, in levels of 256, and the difference between this change and the one
/// before. The score is the smaller of the two, in hundreds. So even a fast pan is not a cut.
pub(crate) struct SceneDetector {
    threshold: f64,
    previous: Option<Luma>,
    change: f64,
}

impl SceneDetector {
    pub(crate) fn new(threshold: f64) -> Self {
        Self { threshold, previous: None, change: 0.0 }
    }

    /// Returns whether a scene begins with this picture. The first picture begins one.
    pub(crate) fn begins(&mut self, luma: Luma) -> bool {
        let Some(change) = self.previous.as_ref().map(|previous| previous.change(&luma)) else {
            self.previous = Some(luma);
            return true;
        };
        let score = change.min((change - self.change).abs()) * 255.0 / 100.0;
        (self.previous, self.change) = (Some(luma), change);
        score >= self.threshold
    }
}

/// Returns the timestamps in a range at which scenes begin. Decodes all of the range, but stops after more than
/// `most` scenes.
pub(crate) fn scenes(
    decoder: &mut Decoder,
    threshold: f64,
    range: Range<i64>,
    most: usize,
) -> Result<Vec<i64>, FramesError> {
    let mut detector = SceneDetector::new(threshold);
    let mut begins = Vec::new();
    let mut first = decoder.decode_from(range.start)?;
    while let Some(picture) = first.take() {
        let time = pts(&picture);
        first = decoder.next()?;
        // the frame on screen at the start of the range is its first scene, whenever it appeared
        let is_last_before = first.as_ref().is_none_or(|next| pts(next) > range.start);
        if time >= range.end {
            break;
        }
        if (time > range.start || is_last_before) && detector.begins(Luma::of(&picture)?) {
            begins.push(time.max(range.start));
        }
        if begins.len() > most {
            break;
        }
    }
    Ok(begins)
}
