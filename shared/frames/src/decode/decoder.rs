//! Packets in, pictures out, in presentation order.

use crate::{
    FramesError,
    bitstream::disposable::{Disposability, ReferenceRules, has_parameter_sets},
    decode::{
        codec,
        display_matrix::{attach_display_matrix, top_down},
        fields,
    },
    demux::{
        container::Container,
        decoder_state,
        media_source::MediaSource,
        memory::check_picture,
        recording::{Pictures, Recording},
    },
};
use ffmpeg_next::{Discard, Error as FfmpegError, Packet, decoder, error::EAGAIN, ffi, frame};
use std::{collections::VecDeque, sync::Arc};

/// The limit on times of damage that a decoder notes. A file with damage everywhere has millions.
pub(crate) const MOST_DAMAGED: usize = 1000;

/// A decoder with the container that feeds it.
pub(crate) struct Decoder {
    pub(crate) container: Container,
    media: Arc<MediaSource>,
    decoder: decoder::Video,
    rules: ReferenceRules,
    threads: usize,
    /// The least size of a packet in bytes. FFmpeg fills shorter uncompressed pictures with stale memory.
    least_bytes: usize,
    /// The number of the last decoder state that was sent.
    state: usize,
    parameter_sets: ParameterSets,
    /// Whether it decoded anything.
    is_used: bool,
    /// Whether decoding after the next seek needs a new decoder.
    must_forget: bool,
    /// Whether nothing was decoded since the last seek.
    is_at_entry: bool,
    /// Pictures that were in the decoder when its state changed.
    ready: VecDeque<frame::Video>,
    /// The first field of a frame whose second field has not come.
    field: Option<frame::Video>,
    /// The time of the last packet that was sent.
    position: Option<i64>,
    /// The presentation time of the next picture if that has none.
    next_time: i64,
    is_drained: bool,
    damaged: Vec<i64>,
    /// The number of packets that were decoded.
    decoded: u64,
}

/// The origin of the decoder's parameter sets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ParameterSets {
    OfHeader,
    /// Some are from packets. Other packets may need other sets.
    OfPackets,
}

/// Whether the picture of a packet is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Yes,
    No,
}

/// The number of packets that a decoder has handled.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PacketCounts {
    pub(crate) read: u64,
    pub(crate) decoded: u64,
}

impl Decoder {
    /// Creates a decoder with one thread. Several of these, each on its own part of a video, cost less together than
    /// one decoder with FFmpeg's threads.
    pub(crate) fn new(container: Container, media: Arc<MediaSource>) -> Result<Self, FramesError> {
        Self::with_threads(container, media, 1)
    }

    /// Opens a recording with a decoder of its own, at the start.
    pub(crate) fn open(
        media: &Arc<MediaSource>,
        recording: &Arc<Recording>,
    ) -> Result<Self, FramesError> {
        let mut decoder = Self::new(Container::open(media, recording)?, media.clone())?;
        // Matroska loads its index with the first seek
        decoder.rewind()?;
        Ok(decoder)
    }

    /// Creates a decoder with FFmpeg's threads, to decode everything in order.
    pub(crate) fn with_threads(
        container: Container,
        media: Arc<MediaSource>,
        threads: usize,
    ) -> Result<Self, FramesError> {
        let decoder = codec::open(&container, media.limits().pixels, threads)?;
        let least_bytes = codec::least_bytes(&container);
        let rules = ReferenceRules::of(decoder.id(), container.states.get(0).extradata());
        Ok(Self {
            next_time: container.start_hint(),
            container,
            media,
            decoder,
            rules,
            threads,
            least_bytes,
            state: 0,
            parameter_sets: ParameterSets::OfHeader,
            is_used: false,
            must_forget: false,
            is_at_entry: true,
            ready: VecDeque::new(),
            field: None,
            position: None,
            is_drained: false,
            damaged: Vec::new(),
            decoded: 0,
        })
    }

    /// Decodes all following packets in turn. Returns the next picture; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<frame::Video>, FramesError> {
        loop {
            if let Some(picture) = self.receive()? {
                return Ok(Some(picture));
            }
            if self.is_drained {
                return Ok(None);
            }
            match self.container.read()? {
                Some(packet) => self.send(&packet, Wanted::Yes)?,
                None => self.send_end()?,
            }
        }
    }

    /// Decodes a packet. A disposable packet is skipped if it is not wanted. A packet that cannot be decoded is
    /// noted as damage.
    pub(crate) fn send(&mut self, packet: &Packet, wanted: Wanted) -> Result<(), FramesError> {
        // FFmpeg checks for an interrupt only while it reads, and few bytes may take long to decode
        if self.media.is_interrupted() {
            return Err(FramesError::Interrupted);
        }
        self.renew(packet.data().unwrap_or_default())?;
        if packet.size() < self.least_bytes {
            self.position = packet.pts().or(packet.dts()).or(self.position);
            self.note_damage();
            return Ok(());
        }
        let changed = self.changed_state(packet)?;
        let packet = changed.as_ref().unwrap_or(packet);
        let skip = match self.rules.disposability(packet.data().unwrap_or_default()) {
            Disposability::Disposable if wanted == Wanted::No => return Ok(()),
            Disposability::Unknown if wanted == Wanted::No => Discard::NonReference,
            _ => Discard::Default,
        };
        if changed.is_some() {
            self.change_state(packet)?;
        }
        self.decoder.skip_frame(skip);
        self.decoded += 1;
        self.position = packet.pts().or(packet.dts()).or(self.position);
        // some of its bytes are missing, which the decoder may not notice
        if packet.is_corrupt() {
            self.note_damage();
        }
        match self.decoder.send_packet(packet) {
            Err(FfmpegError::Exit) => Err(FramesError::Interrupted),
            Err(_) => {
                self.note_damage();
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Lets decoding begin with a new decoder after the next seek: a used decoder may conceal damage with pictures
    /// that it decoded before.
    pub(crate) fn forget_pictures(&mut self) {
        self.must_forget = true;
    }

    /// Replaces the decoder if it would remember something from before the seek: pictures, or parameter sets that
    /// this packet does not bring itself. Remembered data depends on how the work was split, and would show in
    /// damaged videos.
    fn renew(&mut self, packet: &[u8]) -> Result<(), FramesError> {
        let brings_sets = has_parameter_sets(&self.rules, packet);
        let remembers = self.must_forget
            || !codec::forgets_pictures(self.decoder.id())
            || (self.parameter_sets == ParameterSets::OfPackets && !brings_sets);
        if std::mem::take(&mut self.is_at_entry) && std::mem::take(&mut self.is_used) && remembers {
            self.must_forget = false;
            self.decoder = codec::open(&self.container, self.media.limits().pixels, self.threads)?;
            self.rules =
                ReferenceRules::of(self.decoder.id(), self.container.states.get(0).extradata());
            (self.state, self.parameter_sets) = (0, ParameterSets::OfHeader);
        }
        if brings_sets {
            self.parameter_sets = ParameterSets::OfPackets;
        }
        self.is_used = true;
        Ok(())
    }

    /// Returns a copy of the packet with the decoder state that it needs; `None` if the decoder has that state.
    fn changed_state(&mut self, packet: &Packet) -> Result<Option<Packet>, FramesError> {
        let number = decoder_state::tagged(packet);
        if number == self.state {
            return Ok(None);
        }
        let state = self.container.states.get(number);
        self.rules = ReferenceRules::of(self.decoder.id(), state.extradata());
        let attached = state.attached(packet);
        attached.map(Some).map_err(|error| FramesError::library("a packet's state", error))
    }

    /// Prepares the decoder for a packet that brings another state. Waiting pictures are received before, since a new
    /// configuration would make them look damaged.
    fn change_state(&mut self, packet: &Packet) -> Result<(), FramesError> {
        self.state = decoder_state::tagged(packet);
        if packet.is_key() && self.decoded > 0 {
            self.send_end()?;
            while let Some(picture) = self.receive_decoded()? {
                self.ready.push_back(picture);
            }
            self.decoder.flush();
            self.is_drained = false;
        }
        Ok(())
    }

    fn note_damage(&mut self) {
        if self.damaged.len() < MOST_DAMAGED {
            self.damaged.extend(self.position);
        }
    }

    /// Returns the number of noted times of damage.
    pub(crate) fn noted(&self) -> usize {
        self.damaged.len()
    }

    /// Keeps the first `noted` times of damage. The rest is decoded again from another keyframe, and may have been
    /// damaged only because an earlier keyframe was missing.
    pub(crate) fn forget_damage_after(&mut self, noted: usize) {
        self.damaged.truncate(noted);
    }

    /// Ends the input, so that the waiting pictures can be received.
    pub(crate) fn send_end(&mut self) -> Result<(), FramesError> {
        // some containers take an interrupt for the end
        if self.media.is_interrupted() {
            return Err(FramesError::Interrupted);
        }
        self.is_drained = true;
        if self.decoder.send_eof().is_err() {
            self.note_damage();
        }
        Ok(())
    }

    /// Returns the next picture in presentation order; `None` if more packets are needed. A picture without a time is
    /// shown after the one before it. Fields are returned as whole frames.
    pub(crate) fn receive(&mut self) -> Result<Option<frame::Video>, FramesError> {
        if self.container.recording.pictures == Pictures::Frames {
            return self.receive_picture();
        }
        while let Some(picture) = self.receive_picture()? {
            match self.field.take() {
                Some(first) if fields::belong_together(&first, &picture) => {
                    return fields::woven(&first, &picture).map(Some);
                }
                Some(first) => {
                    self.field = Some(picture);
                    return fields::woven(&first, &first).map(Some);
                }
                None => self.field = Some(picture),
            }
        }
        let last = self.field.take_if(|_| self.is_drained);
        last.map(|last| fields::woven(&last, &last)).transpose()
    }

    fn receive_picture(&mut self) -> Result<Option<frame::Video>, FramesError> {
        match self.ready.pop_front() {
            Some(picture) => Ok(Some(picture)),
            None => self.receive_decoded(),
        }
    }

    fn receive_decoded(&mut self) -> Result<Option<frame::Video>, FramesError> {
        loop {
            let mut picture = frame::Video::empty();
            match self.decoder.receive_frame(&mut picture) {
                Ok(()) => return self.completed(picture).map(Some),
                Err(FfmpegError::Other { errno: EAGAIN } | FfmpegError::Eof) => return Ok(None),
                Err(FfmpegError::Exit) => return Err(FramesError::Interrupted),
                Err(_) => {
                    self.note_damage();
                    if !self.is_drained {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// Returns the picture with its top row first, and adds properties that it may lack: time, pixel shape, colour
    /// and display matrix.
    fn completed(&mut self, picture: frame::Video) -> Result<frame::Video, FramesError> {
        let mut picture = top_down(picture);
        self.container.set_pixel_aspect(&mut picture);
        self.container.header.complete_colour(&mut picture);
        let pixels = self.container.pixel_shape();
        let mut picture = self.container.header.cropped(picture, pixels)?;
        if let Some(matrix) = &self.container.recording.display_matrix {
            attach_display_matrix(&mut picture, matrix)?;
        }
        // SAFETY: the frame is valid and not shared.
        let frame = unsafe { &mut *picture.as_mut_ptr() };
        if frame.best_effort_timestamp == ffi::AV_NOPTS_VALUE {
            frame.best_effort_timestamp = self.next_time;
        }
        let length =
            if frame.duration > 0 { frame.duration } else { self.container.frame_length() };
        self.next_time = frame.best_effort_timestamp.saturating_add(length);
        Ok(picture)
    }

    /// Goes to the last keyframe before `time`, or to the start if no keyframe is known. Returns the first packet
    /// there.
    pub(crate) fn go_to(&mut self, time: i64) -> Result<Option<Packet>, FramesError> {
        let Some(keyframe) = self.container.seek_to_keyframe(time)? else {
            self.rewind()?;
            return self.container.read();
        };
        self.restart();
        Ok(Some(keyframe))
    }

    /// Goes back to the first packet. Reopens the container if it cannot seek.
    pub(crate) fn rewind(&mut self) -> Result<(), FramesError> {
        if !self.container.rewind()? {
            let packets = self.container.packets;
            self.container = Container::open(&self.media, &self.container.recording)?;
            self.container.packets = packets;
            self.state = usize::MAX;
        }
        self.restart();
        self.next_time = self.container.start_hint();
        Ok(())
    }

    fn restart(&mut self) {
        self.decoder.flush();
        self.is_at_entry = true;
        self.ready.clear();
        self.field = None;
        self.position = None;
        self.is_drained = false;
    }

    /// Makes sure that pictures are not larger than allowed.
    pub(crate) fn check_picture(&self) -> Result<(), FramesError> {
        let parameters = self.container.parameters();
        let check =
            |parameters| check_picture(&self.container.source, &parameters, self.media.limits());
        parameters.map_or(Ok(()), check)
    }

    pub(crate) fn codec(&self) -> ffmpeg_next::codec::Id {
        self.decoder.id()
    }

    /// Returns whether it decodes this recording.
    pub(crate) fn is_of(&self, recording: &Arc<Recording>) -> bool {
        Arc::ptr_eq(&self.container.recording, recording)
    }

    /// Takes the timestamps that could not be decoded since the last call.
    pub(crate) fn take_damaged(&mut self) -> Vec<i64> {
        std::mem::take(&mut self.damaged)
    }

    pub(crate) fn packets(&self) -> PacketCounts {
        PacketCounts { read: self.container.packets, decoded: self.decoded }
    }
}

#[cfg(test)]
mod tests;
