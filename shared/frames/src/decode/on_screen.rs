//! The picture on screen while all pictures of a video are decoded.

use ffmpeg_next::frame;

/// The picture on screen and, once it is known, the next one.
pub(crate) struct OnScreen {
    pub(crate) picture: frame::Video,
    next: Option<frame::Video>,
}

/// Returns the presentation time of a picture.
pub(crate) fn pts(picture: &frame::Video) -> i64 {
    picture.timestamp().unwrap_or(i64::MIN)
}

impl OnScreen {
    pub(crate) fn new(picture: frame::Video) -> Self {
        Self { picture, next: None }
    }

    pub(crate) fn pts(&self) -> i64 {
        pts(&self.picture)
    }

    /// Returns the time up to which the picture may stay on screen if none follows: as for a packet, its length
    /// counts twice.
    pub(crate) fn end(&self) -> i64 {
        // SAFETY: the frame is valid for as long as it is borrowed.
        let duration = unsafe { (*self.picture.as_ptr()).duration };
        self.pts().saturating_add(duration.max(1).saturating_mul(2))
    }

    pub(crate) fn has_next(&self) -> bool {
        self.next.is_some()
    }

    /// Moves on to the next picture if it appears at `time` or before. Returns whether the next picture is known
    /// and appears after `time`.
    pub(crate) fn next_is_after(&mut self, time: i64) -> bool {
        if let Some(next) = self.next.take_if(|next| pts(next) <= time) {
            self.picture = next;
        }
        self.next.is_some()
    }

    /// Moves on to the next picture if it appears before `time`. Returns whether it did.
    pub(crate) fn step_before(&mut self, time: i64) -> bool {
        match self.next.take_if(|next| pts(next) < time) {
            Some(next) => {
                self.picture = next;
                true
            }
            None => false,
        }
    }

    pub(crate) fn push(&mut self, picture: frame::Video) {
        self.next = Some(picture);
    }
}
