//! The list of all keyframes, and decoding from the keyframe before a time.

use crate::{
    FramesError,
    decode::{
        decoder::{Decoder, Wanted},
        on_screen::pts,
    },
};
use ffmpeg_next::frame;

/// The number of keyframes that are tried as a start, each earlier than the last.
const STARTS: usize = 4;

impl Decoder {
    /// Returns the presentation times of the keyframes. Decodes everything if the container has no list of them.
    /// Goes back to the start.
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

    /// Seeks to `time`, and returns the first picture from there. If that picture is after `time`, the index is
    /// wrong, and the first picture of all is returned. If a keyframe is not decoded correctly, it may need parameter
    /// sets from an earlier packet, so decoding begins with an earlier keyframe.
    pub(crate) fn decode_from(&mut self, time: i64) -> Result<Option<frame::Video>, FramesError> {
        let mut from = Some(time);
        let mut has_picture = false;
        for _ in 0..STARTS {
            let Some(start) = from else { break };
            let noted = self.noted();
            if let Some(picture) = self.picture_from(start, time)? {
                if !picture.has_decode_errors() && self.noted() == noted {
                    return Ok(Some(picture));
                }
                has_picture = true;
            }
            self.forget_damage_after(noted);
            self.forget_pictures();
            from = self.container.keyframe_before(start)?.map(|keyframe| keyframe - 1);
        }
        if has_picture && let Some(picture) = self.picture_from(time, time)? {
            return Ok(Some(picture));
        }
        self.rewind()?;
        self.next()
    }

    /// Returns the first picture after a seek to `start`, if it is not after `time`.
    fn picture_from(&mut self, start: i64, time: i64) -> Result<Option<frame::Video>, FramesError> {
        if let Some(packet) = self.go_to(start)? {
            self.send(&packet, Wanted::Yes)?;
            if let Some(picture) = self.next()?
                && pts(&picture) <= time
            {
                return Ok(Some(picture));
            }
        }
        Ok(None)
    }
}
