//! What is on screen while a video is decoded whole.

use ffmpeg_next::frame;

/// The picture on screen and, once it is known, the one that follows.
pub(crate) struct Shown {
    pub(crate) picture: frame::Video,
    next: Option<frame::Video>,
}

/// A picture's presentation time in ticks.
pub(crate) fn time(picture: &frame::Video) -> i64 {
    picture.timestamp().unwrap_or(i64::MIN)
}

impl Shown {
    pub(crate) fn new(picture: frame::Video) -> Self {
        Self { picture, next: None }
    }

    pub(crate) fn time(&self) -> i64 {
        time(&self.picture)
    }

    /// Until when it may stay on screen if none follows: as long again as it says, as by its packet.
    pub(crate) fn end(&self) -> i64 {
        // SAFETY: the frame is valid for as long as it is borrowed.
        let duration = unsafe { (*self.picture.as_ptr()).duration };
        self.time().saturating_add(duration.max(1).saturating_mul(2))
    }

    pub(crate) fn has_next(&self) -> bool {
        self.next.is_some()
    }

    /// Whether the picture on screen stays so at `tick`; moves on to the next one where it does not.
    pub(crate) fn next_is_after(&mut self, tick: i64) -> bool {
        if let Some(next) = self.next.take_if(|next| time(next) <= tick) {
            self.picture = next;
        }
        self.next.is_some()
    }

    /// Moves on to the next one if it comes before `tick`.
    pub(crate) fn step_before(&mut self, tick: i64) -> bool {
        match self.next.take_if(|next| time(next) < tick) {
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
