//! An opened container: its video stream, the stream's time base, and its packets.

use crate::{
    FramesError,
    demux::{
        decoder_state::{self, DecoderState, DecoderStates},
        media_source::{self, MediaSource, ReaderFault},
        memory::{IndexSize, check_picture, decoders, probed_pixels},
        packet::{PacketTimes, is_hidden},
        recording::{Pictures, Recording},
        stream::{StreamFacts, best_video, check_encryption, check_packet},
        stream_header::{PixelShape, StreamHeader},
        survey::Survey,
    },
    image::BaseLayer,
    time_base::TimeBase,
};
use ffmpeg_next::{
    Error as FfmpegError, Packet, Rational, codec,
    error::EAGAIN,
    ffi,
    format::{context::Input, stream::Stream},
    frame,
    packet::Mut,
};
use framezip_contract::{Limits, Source};
use std::sync::Arc;

/// An opened container.
pub(crate) struct Container {
    pub(crate) input: Input,
    fault: ReaderFault,
    pub(crate) recording: Arc<Recording>,
    /// The number of the video stream.
    pub(crate) stream: usize,
    pub(crate) time_base: TimeBase,
    pub(crate) source: Source,
    /// Properties of the pictures that the header states.
    pub(crate) header: StreamHeader,
    /// The known decoder states of its packets.
    pub(crate) states: DecoderStates,
    /// The first packet, until it is read or the container seeks.
    first: Option<Packet>,
    first_position: i64,
    first_state: usize,
    /// The presentation time of the first frame minus its decode time.
    pub(crate) first_delay: i64,
    /// The number of the last packet's state.
    state: usize,
    /// The position of the last packet, used for packets without one.
    position: i64,
    /// The decode time of the packet to begin with, after a seek that ends before it.
    pub(crate) skip_to: Option<i64>,
    /// The number of the video's packets that were read.
    pub(crate) packets: u64,
}

impl Container {
    /// Opens a recording. Its bytes show the format.
    pub(crate) fn open(
        media: &MediaSource,
        recording: &Arc<Recording>,
    ) -> Result<Self, FramesError> {
        media_source::check_processor()?;
        ffmpeg_next::init().map_err(|error| FramesError::library("ffmpeg_next::init", error))?;
        // faults of the media are reported to its owner, not logged
        ffmpeg_next::log::set_level(ffmpeg_next::log::Level::Quiet);
        let fault = ReaderFault::default();
        let mut input = media.open_input(recording, &fault)?;
        let stated = header_before_probing(&input, media.limits())?;
        media_source::probe(&mut input, probed_pixels(media.limits()), &fault)?;
        let number = best_video(&input)?;
        let StreamFacts { time_base, source } = StreamFacts::of(&input, number)?;
        if let Some(stream) = input.stream(number) {
            check_picture(&source, &stream.parameters(), media.limits())?;
        }
        let header = stated.filter(|(known, _)| *known == number).map(|(_, header)| header);
        let parameters = input.stream(number).map(|stream| stream.parameters());
        let initial = parameters.as_ref().map(DecoderState::of_header).unwrap_or_default();
        let states = match &recording.survey {
            Some(survey) => survey.states(initial),
            None => DecoderStates::new(initial, std::iter::empty()),
        };
        let mut container = Self {
            header: header.unwrap_or_default(),
            input,
            fault,
            recording: recording.clone(),
            stream: number,
            time_base,
            source,
            states,
            first: None,
            first_position: 0,
            first_state: 0,
            first_delay: 0,
            state: 0,
            position: 0,
            skip_to: None,
            packets: 0,
        };
        container.read_first_packet()?;
        if recording.pictures == Pictures::Fields {
            container.count_fields();
        }
        Ok(container)
    }

    /// Reads the first packet and keeps it. A container delivers some facts with this packet only, so a seek
    /// before it would lose them. Probing changes the decoder configuration of some MP4 files; going back to the
    /// start changes it back.
    fn read_first_packet(&mut self) -> Result<(), FramesError> {
        let Some(packet) = self.read()? else { return Ok(()) };
        check_packet(&packet)?;
        (self.first_position, self.first_state) = (self.position, self.state);
        self.correct_rate(&packet);
        if let (Some(pts), Some(dts)) = (packet.pts(), packet.dts()) {
            self.first_delay = pts.saturating_sub(dts).max(0);
        }
        self.first = Some(packet);
        if self.is_mp4() && self.rewind()? {
            self.first = self.read()?;
        }
        self.packets = 0;
        Ok(())
    }

    /// Takes the frame rate from a packet's length if the container states that of its time base, or if it is
    /// an Ogg too short for FFmpeg to count frames.
    fn correct_rate(&mut self, packet: &Packet) {
        let units_a_second = 1.0 / self.time_base.seconds(1);
        let is_wrong = match self.source.frame_rate {
            Some(rate) => rate >= units_a_second.min(1000.0),
            None => self.source.container == "ogg",
        };
        if is_wrong && packet.duration() > 0 {
            self.source.frame_rate = Some(1.0 / self.time_base.seconds(packet.duration()));
        }
    }

    /// Counts two pictures as one frame from now on.
    pub(crate) fn count_fields(&mut self) {
        self.source.height *= 2;
        self.source.frame_rate = self.source.frame_rate.map(|rate| rate / 2.0);
    }

    pub(crate) fn parameters(&self) -> Option<codec::Parameters> {
        self.input.stream(self.stream).map(|stream| stream.parameters())
    }

    /// Returns how the Dolby Vision base layer is shown.
    pub(crate) fn base(&self) -> BaseLayer {
        self.parameters().map_or(BaseLayer::default(), |parameters| BaseLayer::of(&parameters))
    }

    /// Returns how many decoders fit into the memory, with their pictures and FFmpeg's index.
    pub(crate) fn decoders(&self, limits: &Limits) -> usize {
        let loaded_index = self.recording.extent.index_size;
        let index = IndexSize { entries: self.indexed().unsigned_abs(), loaded_index };
        let parameters = self.parameters();
        parameters.map_or(1, |parameters| decoders(&self.source, &parameters, index, limits))
    }

    pub(crate) fn survey(&self) -> Option<&Survey> {
        self.recording.survey.as_ref()
    }

    /// Returns the decoder state in the header.
    pub(crate) fn header_state(&self) -> DecoderState {
        self.states.get(0).clone()
    }

    /// Returns whether the first packet brought a state that the header lacks.
    pub(crate) fn has_state(&self) -> bool {
        self.states.count() > 1
    }

    /// Returns the position and the state of the first packet.
    pub(crate) fn first_state(&self) -> (i64, DecoderState) {
        (self.first_position, self.states.get(self.first_state).clone())
    }

    pub(crate) fn rational_time_base(&self) -> Rational {
        self.time_base.rational().into()
    }

    /// Returns the next packet of the video; `None` at the end.
    pub(crate) fn read(&mut self) -> Result<Option<Packet>, FramesError> {
        if let Some(first) = self.first.take() {
            self.packets += 1;
            return Ok(Some(first));
        }
        while let Some(mut packet) = self.read_any()? {
            if packet.stream() != self.stream {
                continue;
            }
            self.packets += 1;
            self.place(&mut packet);
            let is_early = |first| packet.dts().is_some_and(|dts| dts < first);
            if self.skip_to.is_none_or(|first| !is_early(first)) {
                self.skip_to = None;
                return Ok(Some(packet));
            }
        }
        Ok(None)
    }

    /// Returns the next packet of the video if it is among the next `most` packets of all streams.
    pub(crate) fn read_within(&mut self, most: usize) -> Result<Option<Packet>, FramesError> {
        for _ in 0..most {
            match self.read_any()? {
                Some(packet) if packet.stream() != self.stream => {}
                found => return Ok(found),
            }
        }
        Ok(None)
    }

    /// Returns the next packet of any stream, unchanged; `None` at the end.
    pub(crate) fn read_any(&mut self) -> Result<Option<Packet>, FramesError> {
        loop {
            let mut packet = Packet::empty();
            match packet.read(&mut self.input) {
                Ok(()) => {
                    // FFmpeg returns the part of a packet that it could read
                    self.fault.check()?;
                    return Ok(Some(packet));
                }
                Err(FfmpegError::Exit) => return Err(FramesError::Interrupted),
                // a long hole in a transport stream: each try reads a little further
                Err(FfmpegError::Other { errno: EAGAIN }) => self.fault.check()?,
                // any other error is the end: no packet follows it
                Err(_) => {
                    self.fault.check()?;
                    return Ok(None);
                }
            }
        }
    }

    /// Moves the times of a packet to the continued clock, and notes its decoder state in it.
    fn place(&mut self, packet: &mut Packet) {
        if packet.position() >= 0 {
            self.position = packet.position() as i64;
        }
        let Some(survey) = &self.recording.survey else {
            self.state = self.states.after(self.state, packet);
            decoder_state::tag(packet, self.state);
            return;
        };
        let placement = survey.placement(self.position);
        decoder_state::tag(packet, placement.state);
        let moved = |time: Option<i64>| time.map(|time| time.saturating_add(placement.offset));
        packet.set_pts(moved(packet.pts()));
        packet.set_dts(moved(packet.dts()));
        let is_early = packet.pts().is_some_and(|pts| pts < placement.start);
        // SAFETY: the packet is valid and not shared.
        let flags = unsafe { &mut (*packet.as_mut_ptr()).flags };
        if is_early {
            *flags |= ffi::AV_PKT_FLAG_DISCARD;
        }
        if placement.is_at_jump {
            *flags &= !ffi::AV_PKT_FLAG_CORRUPT;
        }
    }

    /// Goes to the first packet. Returns `false` if the container cannot seek.
    pub(crate) fn rewind(&mut self) -> Result<bool, FramesError> {
        if self.is_flv() {
            // its index may have a later keyframe with the same time
            return self.seek(self.first_position, ffi::AVSEEK_FLAG_BYTE);
        }
        if self.has_flag(ffi::AVFMT_TS_DISCONT) || self.has_flag(ffi::AVFMT_NOTIMESTAMPS) {
            // a stream without an index can be entered at any byte
            return self.seek(0, ffi::AVSEEK_FLAG_BYTE);
        }
        self.seek(self.start_hint(), ffi::AVSEEK_FLAG_BACKWARD)
    }

    /// Returns whether FFmpeg's description of the container's format has this flag.
    pub(crate) fn has_flag(&self, flag: impl Into<i64>) -> bool {
        // SAFETY: the context is open, and its input format outlives it.
        let flags = unsafe { (*(*self.input.as_ptr()).iformat).flags };
        i64::from(flags) & flag.into() != 0
    }

    /// Returns whether it is an FLV. FFmpeg builds the index of one while it reads.
    pub(crate) fn is_flv(&self) -> bool {
        self.source.container.contains("flv")
    }

    /// Returns whether it can only be read from its start. FFmpeg's index of an animated WebP points into its
    /// chunks, where nothing can be read.
    pub(crate) fn is_linear(&self) -> bool {
        self.source.container == "webp_anim"
    }

    /// Seeks to a timestamp, or to a byte position if `flags` say so. Returns whether that worked.
    pub(crate) fn seek(&mut self, to: i64, flags: i32) -> Result<bool, FramesError> {
        if self.is_linear() {
            return Ok(false);
        }
        (self.skip_to, self.first) = (None, None);
        // SAFETY: the context is open and this is the only reference to it.
        let code =
            unsafe { ffi::av_seek_frame(self.input.as_mut_ptr(), self.stream as i32, to, flags) };
        if flags & ffi::AVSEEK_FLAG_BYTE != 0 {
            // the first packet there may have no position
            self.position = to;
        }
        self.fault.check()?;
        if code == ffi::AVERROR_EXIT {
            return Err(FramesError::Interrupted);
        }
        Ok(code >= 0)
    }

    /// Returns the approximate time of the first frame.
    pub(crate) fn start_hint(&self) -> i64 {
        let start = self.input.stream(self.stream).map(|stream| stream.start_time());
        start.filter(|start| *start != ffi::AV_NOPTS_VALUE).unwrap_or(0)
    }

    /// Returns the times of a packet; `None` if it lacks one.
    pub(crate) fn times_of(&self, packet: &Packet) -> Option<PacketTimes> {
        let pts = packet.pts()?;
        let length = self.length_of(packet);
        Some(PacketTimes {
            pts,
            dts: packet.dts()?,
            // a stated length may be rounded, or end between two frames, so it is doubled
            end: pts.saturating_add(length).saturating_add(length),
            is_hidden: is_hidden(packet),
        })
    }

    /// Returns how long a packet's frame is on screen.
    pub(crate) fn length_of(&self, packet: &Packet) -> i64 {
        if packet.duration() > 0 { packet.duration() } else { self.frame_length() }
    }

    /// Returns how long a frame is on screen on average, at least 1.
    pub(crate) fn frame_length(&self) -> i64 {
        let units = |rate: f64| (1.0 / rate / self.time_base.seconds(1)).round() as i64;
        self.source.frame_rate.map_or(1, units).max(1)
    }

    /// Sets the shape of a picture's pixels. If the container and the video disagree, the container is right, as
    /// in FFmpeg's own tools.
    pub(crate) fn set_pixel_aspect(&self, picture: &mut frame::Video) {
        let Some(stream) = self.input.stream(self.stream) else { return };
        // SAFETY: all three are valid, and the function only reads them.
        unsafe {
            let (context, stream) = (self.input.as_ptr().cast_mut(), stream.as_ptr().cast_mut());
            let frame = picture.as_mut_ptr();
            let aspect = ffi::av_guess_sample_aspect_ratio(context, stream, frame);
            (*frame).sample_aspect_ratio = aspect;
        }
    }

    /// Returns the pictures to which the stated shape of pixels applies.
    pub(crate) fn pixel_shape(&self) -> PixelShape {
        if self.is_mp4() { PixelShape::OfCoded } else { PixelShape::OfCropped }
    }

    /// Returns the position in the file at which reading continues.
    pub(crate) fn read_position(&self) -> i64 {
        // SAFETY: the context is open, and a seek by 0 bytes leaves its reader as it is.
        unsafe { ffi::avio_seek((*self.input.as_ptr()).pb, 0, ffi::SEEK_CUR) }
    }

    pub(crate) fn is_mp4(&self) -> bool {
        self.source.container.starts_with("mov")
    }

    /// Returns how many packets are in the index so far.
    pub(crate) fn indexed(&self) -> i64 {
        // SAFETY: the stream lives as long as the context.
        let count = |stream: Stream| unsafe {
            ffi::avformat_index_get_entries_count(stream.as_ptr().cast_mut())
        };
        self.input.stream(self.stream).map_or(0, count).into()
    }
}

/// Checks the video stream that the header announces, if it announces one. Returns its number and what the
/// header says about its pictures, which probing would overwrite.
fn header_before_probing(
    input: &Input,
    limits: &Limits,
) -> Result<Option<(usize, StreamHeader)>, FramesError> {
    let Ok(number) = best_video(input) else { return Ok(None) };
    let StreamFacts { source, .. } = StreamFacts::of(input, number)?;
    let Some(stream) = input.stream(number) else { return Ok(None) };
    check_picture(&source, &stream.parameters(), limits)?;
    check_encryption(&stream)?;
    Ok(Some((number, StreamHeader::of(&stream))))
}
