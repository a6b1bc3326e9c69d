//! The first picture of a recording, and what it shows of all others.

use crate::{
    FramesError,
    decode::{
        decoder::Decoder, display_matrix::display_matrix, on_screen::time, packet_selector::Stamp,
    },
    demux::recording::Pictures,
};
use ffmpeg_next::{Packet, codec, frame};
use std::sync::Arc;

/// More packets than any codec reorders: 16 pictures, of two fields each.
const MOST_REORDERED: usize = 32;

impl Decoder {
    /// The first picture of all; `None` if there is none. Notes in the recording what it shows of all
    /// others: whether they are fields, and how they are turned.
    pub(crate) fn first(&mut self) -> Result<Option<frame::Video>, FramesError> {
        self.rewind()?;
        let mut first = self.first_packet()?;
        if first.is_none() {
            self.rewind()?;
            first = self.next()?;
        }
        if first.as_ref().is_some_and(|picture| self.is_field(picture)) {
            Arc::make_mut(&mut self.container.recording).pictures = Pictures::Fields;
            self.container.count_fields();
            self.check_picture()?;
            self.rewind()?;
            first = self.next()?;
        }
        if let Some(matrix) = first.as_ref().and_then(display_matrix) {
            Arc::make_mut(&mut self.container.recording).display_matrix = Some(matrix);
        }
        Ok(first)
    }

    /// Whether a picture has every other line of a frame only. FFmpeg's other decoders join fields.
    fn is_field(&self, picture: &frame::Video) -> bool {
        self.codec() == codec::Id::HEVC
            && self.container.recording.pictures == Pictures::Frames
            && picture.is_interlaced()
    }

    /// The first packet's picture, if packet times show that it is presented first: a decoder that reorders
    /// pictures needs several packets before it returns one.
    fn first_packet(&mut self) -> Result<Option<frame::Video>, FramesError> {
        let Some(packet) = self.container.read()?.filter(Packet::is_key) else { return Ok(None) };
        let Some(first) = self.container.stamp(&packet).filter(|stamp| !stamp.hidden) else {
            return Ok(None);
        };
        if !self.is_shown_first(first)? {
            return Ok(None);
        }
        self.send(&packet, true)?;
        self.send_end()?;
        Ok(self.receive()?.filter(|picture| time(picture) == first.presented))
    }

    /// Whether no packet from here on is presented before this one, by the times of the next few.
    fn is_shown_first(&mut self, first: Stamp) -> Result<bool, FramesError> {
        for _ in 0..MOST_REORDERED {
            let Some(packet) = self.container.read()? else { return Ok(true) };
            match self.container.stamp(&packet) {
                Some(stamp) if stamp.presented <= first.presented => return Ok(false),
                Some(stamp) if stamp.decoded >= first.presented => return Ok(true),
                Some(_) => {}
                None => return Ok(false),
            }
        }
        Ok(false)
    }
}
