//! Packets in, pictures out, in presentation order.

use crate::{
    FramesError,
    bitstream::disposable::{References, Referred, has_parameter_sets},
    decode::{
        codec,
        display_matrix::{top_down, turn},
        fields,
    },
    demux::{
        container::Container,
        decoder_state,
        memory::check_picture,
        opener::Opener,
        recording::{Pictures, Recording},
    },
};
use ffmpeg_next::{Discard, Error as FfmpegError, Packet, decoder, error::EAGAIN, ffi, frame};
use std::{collections::VecDeque, sync::Arc};

/// How many times of damage a decoder notes; a file that is all damage has millions.
pub(crate) const MOST_DAMAGED: usize = 1000;

/// A decoder with the container that feeds it.
pub(crate) struct Decoder {
    pub(crate) container: Container,
    opener: Arc<Opener>,
    decoder: decoder::Video,
    references: References,
    threads: usize,
    /// The least bytes of a packet: FFmpeg fills up shorter pictures that are not compressed with whatever is
    /// in memory.
    least_bytes: usize,
    /// The number of the state that the decoder was given last.
    state: usize,
    parameter_sets: ParameterSets,
    /// Whether it decoded anything.
    is_used: bool,
    /// Whether the next entry needs a new decoder.
    must_forget: bool,
    /// Whether nothing was decoded since the container went elsewhere.
    at_entry: bool,
    /// Pictures that were in the decoder when its state changed.
    ready: VecDeque<frame::Video>,
    /// The first field of a frame whose second has not come.
    field: Option<frame::Video>,
    /// The time of the last packet that was sent.
    position: Option<i64>,
    /// When the next picture is shown if it does not tell.
    next_time: i64,
    drained: bool,
    damaged: Vec<i64>,
    /// How many packets were decoded.
    decoded: u64,
}

/// The origin of the decoder's parameter sets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ParameterSets {
    OfHeader,
    /// From packets as well, which other packets may not be meant for.
    OfPackets,
}

/// What a decoder has done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Work {
    pub(crate) packets_read: u64,
    pub(crate) packets_decoded: u64,
    /// The times of what could not be decoded, in ticks of the timeline.
    pub(crate) damaged: Vec<i64>,
}

impl Decoder {
    /// A decoder of one thread: several of them, each on its own part of a video, cost less together
    /// than FFmpeg's threads on one.
    pub(crate) fn new(container: Container, opener: Arc<Opener>) -> Result<Self, FramesError> {
        Self::with_threads(container, opener, 1)
    }

    /// One of its own, at the video's start.
    pub(crate) fn open(
        opener: &Arc<Opener>,
        recording: &Arc<Recording>,
    ) -> Result<Self, FramesError> {
        let mut decoder = Self::new(opener.open(recording)?, opener.clone())?;
        // Matroska loads its index with the first seek
        decoder.rewind()?;
        Ok(decoder)
    }

    /// For decoding everything in order.
    pub(crate) fn with_threads(
        container: Container,
        opener: Arc<Opener>,
        threads: usize,
    ) -> Result<Self, FramesError> {
        let decoder = codec::open(&container, opener.limits().pixels, threads)?;
        let least_bytes = codec::least_bytes(&container);
        let references = References::of(decoder.id(), container.states.get(0).extradata());
        Ok(Self {
            next_time: container.start_hint(),
            container,
            opener,
            decoder,
            references,
            threads,
            least_bytes,
            state: 0,
            parameter_sets: ParameterSets::OfHeader,
            is_used: false,
            must_forget: false,
            at_entry: true,
            ready: VecDeque::new(),
            field: None,
            position: None,
            drained: false,
            damaged: Vec::new(),
            decoded: 0,
        })
    }

    /// The next picture, of every packet that follows; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<frame::Video>, FramesError> {
        loop {
            if let Some(picture) = self.receive()? {
                return Ok(Some(picture));
            }
            if self.drained {
                return Ok(None);
            }
            match self.container.read()? {
                Some(packet) => self.send(&packet, true)?,
                None => self.send_end()?,
            }
        }
    }

    /// Decodes a packet. One that is not `wanted` is passed over if no other refers to it. One that
    /// cannot be decoded is noted.
    pub(crate) fn send(&mut self, packet: &Packet, wanted: bool) -> Result<(), FramesError> {
        // FFmpeg asks only while it reads, and a little read may be much to decode
        if self.opener.is_interrupted() {
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
        let skip = match self.references.to(packet.data().unwrap_or_default()) {
            Referred::No if !wanted => return Ok(()),
            Referred::Unknown if !wanted => Discard::NonReference,
            _ => Discard::Default,
        };
        if changed.is_some() {
            self.change_state(packet)?;
        }
        self.decoder.skip_frame(skip);
        self.decoded += 1;
        self.position = packet.pts().or(packet.dts()).or(self.position);
        // some of its bytes did not come: the decoder may not notice
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

    /// Begins with a new decoder when the container goes elsewhere: what is damaged may be concealed with
    /// what was decoded before.
    pub(crate) fn forget_pictures(&mut self) {
        self.must_forget = true;
    }

    /// Begins with a new decoder if the old one would remember what it decoded elsewhere: pictures, or
    /// parameter sets that this packet does not bring itself. What is remembered depends on how the work
    /// was split, and would show in damaged videos.
    fn renew(&mut self, packet: &[u8]) -> Result<(), FramesError> {
        let brings_sets = has_parameter_sets(&self.references, packet);
        let remembers = self.must_forget
            || !codec::forgets_pictures(self.decoder.id())
            || (self.parameter_sets == ParameterSets::OfPackets && !brings_sets);
        if std::mem::take(&mut self.at_entry) && std::mem::take(&mut self.is_used) && remembers {
            self.must_forget = false;
            self.decoder = codec::open(&self.container, self.opener.limits().pixels, self.threads)?;
            self.references =
                References::of(self.decoder.id(), self.container.states.get(0).extradata());
            (self.state, self.parameter_sets) = (0, ParameterSets::OfHeader);
        }
        if brings_sets {
            self.parameter_sets = ParameterSets::OfPackets;
        }
        self.is_used = true;
        Ok(())
    }

    /// The packet with the state that it needs; `None` if the decoder was given that before.
    fn changed_state(&mut self, packet: &Packet) -> Result<Option<Packet>, FramesError> {
        let number = decoder_state::tagged(packet);
        if number == self.state {
            return Ok(None);
        }
        let state = self.container.states.get(number);
        self.references = References::of(self.decoder.id(), state.extradata());
        let attached = state.attached(packet);
        attached.map(Some).map_err(|error| FramesError::library("a packet's state", error))
    }

    /// Prepares the decoder for a packet that brings another state. Pictures that wait for their turn come
    /// out before: a new configuration would make them look damaged.
    fn change_state(&mut self, packet: &Packet) -> Result<(), FramesError> {
        self.state = decoder_state::tagged(packet);
        if packet.is_key() && self.decoded > 0 {
            self.send_end()?;
            while let Some(picture) = self.receive_decoded()? {
                self.ready.push_back(picture);
            }
            self.decoder.flush();
            self.drained = false;
        }
        Ok(())
    }

    fn note_damage(&mut self) {
        if self.damaged.len() < MOST_DAMAGED {
            self.damaged.extend(self.position);
        }
    }

    /// How many times of damage are noted.
    pub(crate) fn noted(&self) -> usize {
        self.damaged.len()
    }

    /// Keeps the first `noted` damage times. The rest is decoded again from another keyframe, and may have been
    /// damaged only for want of an earlier one.
    pub(crate) fn forget(&mut self, noted: usize) {
        self.damaged.truncate(noted);
    }

    /// Says that no packet follows, so that the pictures that wait for their turn come out.
    pub(crate) fn send_end(&mut self) -> Result<(), FramesError> {
        // some containers take an interrupt for the end
        if self.opener.is_interrupted() {
            return Err(FramesError::Interrupted);
        }
        self.drained = true;
        if self.decoder.send_eof().is_err() {
            self.note_damage();
        }
        Ok(())
    }

    /// A picture, in presentation order; `None` until more packets are sent. One without a time is shown
    /// after the one before it. Fields come as whole frames.
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
        let last = self.field.take_if(|_| self.drained);
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
                    if !self.drained {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// The picture from the top down, with what it may not say itself: its time, its pixels' shape, its
    /// colour and how it is turned.
    fn completed(&mut self, picture: frame::Video) -> Result<frame::Video, FramesError> {
        let mut picture = top_down(picture);
        self.container.set_pixel_aspect(&mut picture);
        self.container.header.complete_colour(&mut picture);
        let pixels = self.container.pixel_shape();
        let mut picture = self.container.header.cropped(picture, pixels)?;
        if let Some(matrix) = &self.container.recording.display_matrix {
            turn(&mut picture, matrix)?;
        }
        // SAFETY: the frame is valid and not shared.
        let frame = unsafe { &mut *picture.as_mut_ptr() };
        if frame.best_effort_timestamp == ffi::AV_NOPTS_VALUE {
            frame.best_effort_timestamp = self.next_time;
        }
        let length = if frame.duration > 0 { frame.duration } else { self.container.frame_ticks() };
        self.next_time = frame.best_effort_timestamp.saturating_add(length);
        Ok(picture)
    }

    /// Goes to the last keyframe before `tick`, or to the start where it is not known, and gives the first
    /// packet there.
    pub(crate) fn go_to(&mut self, tick: i64) -> Result<Option<Packet>, FramesError> {
        let Some(keyframe) = self.container.seek_to_keyframe(tick)? else {
            self.rewind()?;
            return self.container.read();
        };
        self.restart();
        Ok(Some(keyframe))
    }

    /// Goes back to the first packet; reopens the container if it cannot seek.
    pub(crate) fn rewind(&mut self) -> Result<(), FramesError> {
        if !self.container.rewind()? {
            let packets = self.container.packets;
            self.container = self.opener.open(&self.container.recording)?;
            self.container.packets = packets;
            self.state = usize::MAX;
        }
        self.restart();
        self.next_time = self.container.start_hint();
        Ok(())
    }

    fn restart(&mut self) {
        self.decoder.flush();
        self.at_entry = true;
        self.ready.clear();
        self.field = None;
        self.position = None;
        self.drained = false;
    }

    /// Makes sure that pictures are no larger than allowed.
    pub(crate) fn check_picture(&self) -> Result<(), FramesError> {
        let parameters = self.container.parameters();
        let check =
            |parameters| check_picture(&self.container.source, &parameters, self.opener.limits());
        parameters.map_or(Ok(()), check)
    }

    pub(crate) fn codec(&self) -> ffmpeg_next::codec::Id {
        self.decoder.id()
    }

    /// Whether it decodes this recording.
    pub(crate) fn is_of(&self, recording: &Arc<Recording>) -> bool {
        Arc::ptr_eq(&self.container.recording, recording)
    }

    /// The timestamps of what could not be decoded since the last call.
    pub(crate) fn take_damaged(&mut self) -> Vec<i64> {
        std::mem::take(&mut self.damaged)
    }

    /// How many packets were read, and how many of them decoded.
    pub(crate) fn packets(&self) -> (u64, u64) {
        (self.container.packets, self.decoded)
    }
}

#[cfg(test)]
mod tests;
