//! Keyframes: all of them, and the one from which a span is decoded whole.

use crate::{
    FramesError,
    decode::{decoder::Decoder, on_screen::time},
};
use ffmpeg_next::frame;

/// How many keyframes are tried to begin with, each before the other.
const LANDINGS: usize = 4;

impl Decoder {
    /// Returns when the keyframes are shown, in ticks. Decodes everything if the container has no list of them,
    /// and goes back to the start.
    pub(crate) fn keyframes(&mut self) -> Result<Vec<i64>, FramesError> {
        let listed = self.container.keyframes()?;
        self.rewind()?;
        if let Some(keyframes) = listed {
            return Ok(keyframes);
        }
        let mut keyframes = Vec::new();
        while let Some(picture) = self.next()? {
            keyframes.extend(picture.timestamp().filter(|_| picture.is_key()));
        }
        self.rewind()?;
        Ok(keyframes)
    }

    /// The first picture after going to `tick`, which must not be after it; else the index was wrong, and it
    /// is the first picture of all. A keyframe that cannot be decoded right may need parameter sets that
    /// only an earlier packet has: then it is that of an earlier keyframe.
    pub(crate) fn land(&mut self, tick: i64) -> Result<Option<frame::Video>, FramesError> {
        let mut from = Some(tick);
        let mut landed = false;
        for _ in 0..LANDINGS {
            let Some(place) = from else { break };
            let noted = self.noted();
            if let Some(picture) = self.land_at(place, tick)? {
                if !picture.has_decode_errors() && self.noted() == noted {
                    return Ok(Some(picture));
                }
                landed = true;
            }
            self.forget(noted);
            self.forget_pictures();
            from = self.container.keyframe_before(place)?.map(|keyframe| keyframe - 1);
        }
        if landed && let Some(picture) = self.land_at(tick, tick)? {
            return Ok(Some(picture));
        }
        self.rewind()?;
        self.next()
    }

    /// The first picture after going to a place, if it is not after `tick`.
    fn land_at(&mut self, place: i64, tick: i64) -> Result<Option<frame::Video>, FramesError> {
        if let Some(packet) = self.go_to(place)? {
            self.send(&packet, true)?;
            if let Some(picture) = self.next()?
                && time(&picture) <= tick
            {
                return Ok(Some(picture));
            }
        }
        Ok(None)
    }
}
