//! The first picture of a recording, and what it shows about all others.

use crate::{
    FramesError,
    decode::{
        decoder::{Decoder, Wanted},
        display_matrix::display_matrix,
        on_screen::pts,
    },
    demux::{packet::PacketTimes, recording::Pictures},
};
use ffmpeg_next::{Packet, codec, frame};
use std::sync::Arc;

/// The limit on packets that a codec reorders: 16 pictures, of two fields each.
const MOST_REORDERED: usize = 32;

impl Decoder {
    /// Returns the first picture of all, if there is one. Notes in the recording what it shows about all others:
    /// whether they are fields, and their display matrix.
    pub(crate) fn first(&mut self) -> Result<Option<frame::Video>, FramesError> {
        self.rewind()?;
        let mut first = self.first_of_packet()?;
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

    /// Returns whether a picture has only every other line of a frame. FFmpeg's other decoders join fields.
    fn is_field(&self, picture: &frame::Video) -> bool {
        self.codec() == codec::Id::HEVC
            && self.container.recording.pictures == Pictures::Frames
            && picture.is_interlaced()
    }

    /// Returns the picture of the first packet if packet times show that it is presented first. A decoder that
    /// reorders pictures needs several packets before it returns one.
    fn first_of_packet(&mut self) -> Result<Option<frame::Video>, FramesError> {
        let Some(packet) = self.container.read()?.filter(Packet::is_key) else { return Ok(None) };
        let Some(first) = self.container.times_of(&packet).filter(|times| !times.is_hidden) else {
            return Ok(None);
        };
        if !self.is_shown_first(first)? {
            return Ok(None);
        }
        self.send(&packet, Wanted::Yes)?;
        self.send_end()?;
        Ok(self.receive()?.filter(|picture| pts(picture) == first.pts))
    }

    /// Returns whether this packet is presented before all following ones, by the times of the next few.
    fn is_shown_first(&mut self, first: PacketTimes) -> Result<bool, FramesError> {
        for _ in 0..MOST_REORDERED {
            let Some(packet) = self.container.read()? else { return Ok(true) };
            match self.container.times_of(&packet) {
                Some(times) if times.pts <= first.pts => return Ok(false),
                Some(times) if times.dts >= first.pts => return Ok(true),
                Some(_) => {}
                None => return Ok(false),
            }
        }
        Ok(false)
    }
}
