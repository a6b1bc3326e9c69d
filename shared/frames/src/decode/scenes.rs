//! Where one scene ends and the next begins.

use crate::{
    FramesError,
    decode::{decoder::Decoder, on_screen::time},
    image::Luma,
};

/// Tells cuts, picture by picture.
///
/// The score is that of FFmpeg's filter `select`, so that thresholds mean the same: by how many levels of
/// 256 luma changes from the picture before, on average, or how much that differs from the change
/// before it, whichever is less, in hundreds. So a pan is no cut, however fast.
pub(crate) struct Cuts {
    threshold: f64,
    previous: Option<Luma>,
    change: f64,
}

impl Cuts {
    /// From the first picture on.
    pub(crate) fn new(threshold: f64) -> Self {
        Self { threshold, previous: None, change: 0.0 }
    }

    /// Whether a scene begins with this picture.
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

/// The times in ticks at which scenes begin, of `from` and later, before `to`. Decodes all of that, but
/// stops after so many.
pub(crate) fn scenes(
    decoder: &mut Decoder,
    threshold: f64,
    (from, to): (i64, i64),
    most: usize,
) -> Result<Vec<i64>, FramesError> {
    let mut cuts = Cuts::new(threshold);
    let mut begins = Vec::new();
    let mut first = decoder.land(from)?;
    while let Some(picture) = first.take() {
        let tick = time(&picture);
        first = decoder.next()?;
        // the frame on screen where the range begins is its first scene, whenever it came on
        let last_before = first.as_ref().is_none_or(|next| time(next) > from);
        if tick >= to {
            break;
        }
        if (tick > from || last_before) && cuts.begins(Luma::of(&picture)?) {
            begins.push(tick.max(from));
        }
        if begins.len() > most {
            break;
        }
    }
    Ok(begins)
}
