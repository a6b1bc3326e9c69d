//! A container, opened: which stream is the video, what its clock is, and its packets.

use crate::{
    FramesError,
    decode::packet_selector::Stamp,
    demux::{
        decoder_state::{self, State, States},
        media_source::{self, Fault, Reader},
        memory::{self, check_picture},
        recording::{Pictures, Recording},
        stream::{best_video, check_encryption, check_packet, facts},
        stream_header::{Header, PixelShape},
        survey::Survey,
    },
    image::Base,
    time_base::Clock,
};
use ffmpeg_next::{
    Error as FfmpegError, Packet, Rational, codec,
    error::EAGAIN,
    ffi,
    format::{context::Input, stream::Stream},
    frame,
    packet::{Mut, Ref},
};
use framezip_contract::{Limits, Source};
use std::sync::Arc;

/// An opened container.
pub(crate) struct Container {
    pub(crate) input: Input,
    fault: Fault,
    pub(crate) recording: Arc<Recording>,
    pub(crate) stream: usize,
    pub(crate) clock: Clock,
    pub(crate) source: Source,
    /// What its header says of the pictures.
    pub(crate) header: Header,
    /// The states of its packets that are known.
    pub(crate) states: States,
    /// The first packet, until it is read or the container goes elsewhere.
    first: Option<Packet>,
    first_position: i64,
    first_state: usize,
    /// How much later the first frame is shown than decoded.
    pub(crate) first_delay: i64,
    /// The number of the last packet's state.
    state: usize,
    /// The position of the last packet, used for packets without one.
    position: i64,
    /// The decode time of the packet to begin with, after a seek that lands before it.
    pub(crate) skip_to: Option<i64>,
    /// How many packets of the video were read.
    pub(crate) packets: u64,
}

impl Container {
    /// Opens a recording, whatever its format, by looking at its bytes.
    pub(crate) fn open(
        reader: Box<dyn Reader>,
        interrupt: impl FnMut() -> bool + Clone + Send + 'static,
        recording: &Arc<Recording>,
        limits: &Limits,
    ) -> Result<Self, FramesError> {
        media_source::check_processor()?;
        ffmpeg_next::init().map_err(|error| FramesError::library("ffmpeg_next::init", error))?;
        // what is wrong with the media is reported to its owner; the log is ours
        ffmpeg_next::log::set_level(ffmpeg_next::log::Level::Quiet);
        let fault = Fault::default();
        let mut input = media_source::open(reader, interrupt, recording.edits, &fault)?;
        let mut header = None;
        if let Ok(number) = best_video(&input) {
            let source = facts(&input, number)?.1;
            if let Some(stream) = input.stream(number) {
                check_picture(&source, &stream.parameters(), limits)?;
                check_encryption(&stream)?;
                header = Some((number, Header::of(&stream)));
            }
        }
        media_source::probe(&mut input, memory::probed_pixels(limits), &fault)?;
        let number = best_video(&input)?;
        let (clock, source) = facts(&input, number)?;
        if let Some(stream) = input.stream(number) {
            check_picture(&source, &stream.parameters(), limits)?;
        }
        let header = header.filter(|(known, _)| *known == number).map(|(_, header)| header);
        let parameters = input.stream(number).map(|stream| stream.parameters());
        let before = parameters.as_ref().map(State::of_header).unwrap_or_default();
        let states = match &recording.survey {
            Some(survey) => survey.states(before),
            None => States::of(before, std::iter::empty()),
        };
        let mut container = Self {
            header: header.unwrap_or_default(),
            input,
            fault,
            recording: recording.clone(),
            stream: number,
            clock,
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
        container.look_at_first_packet()?;
        if recording.pictures == Pictures::Fields {
            container.count_fields();
        }
        Ok(container)
    }

    /// Reads one packet: what a container gives with its first packet only would be lost by going elsewhere
    /// before. An MP4 whose decoder's configuration was changed by probing changes it back.
    fn look_at_first_packet(&mut self) -> Result<(), FramesError> {
        let Some(packet) = self.read()? else { return Ok(()) };
        check_packet(&packet)?;
        (self.first_position, self.first_state) = (self.position, self.state);
        self.correct_rate(&packet);
        if let (Some(presented), Some(decoded)) = (packet.pts(), packet.dts()) {
            self.first_delay = presented.saturating_sub(decoded).max(0);
        }
        self.first = Some(packet);
        if self.is_mp4() && self.rewind()? {
            self.first = self.read()?;
        }
        self.packets = 0;
        Ok(())
    }

    /// Takes the frame rate from a packet's length if the container states its clock's, or if it is an Ogg
    /// too short for FFmpeg to count frames.
    fn correct_rate(&mut self, packet: &Packet) {
        let clock = 1.0 / self.clock.seconds(1);
        let is_wrong = match self.source.frame_rate {
            Some(rate) => rate >= clock.min(1000.0),
            None => self.source.container == "ogg",
        };
        if is_wrong && packet.duration() > 0 {
            self.source.frame_rate = Some(1.0 / self.clock.seconds(packet.duration()));
        }
    }

    /// Two pictures are one frame from now on.
    pub(crate) fn count_fields(&mut self) {
        self.source.height *= 2;
        self.source.frame_rate = self.source.frame_rate.map(|rate| rate / 2.0);
    }

    pub(crate) fn parameters(&self) -> Option<codec::Parameters> {
        self.input.stream(self.stream).map(|stream| stream.parameters())
    }

    /// How its Dolby Vision base layer is shown.
    pub(crate) fn base(&self) -> Base {
        self.parameters().map_or(Base::default(), |parameters| Base::of(&parameters))
    }

    pub(crate) fn survey(&self) -> Option<&Survey> {
        self.recording.survey.as_ref()
    }

    /// The state that the header gives.
    pub(crate) fn header_state(&self) -> State {
        self.states.get(0).clone()
    }

    /// Whether its first packet brought a state that its header does not have.
    pub(crate) fn has_state(&self) -> bool {
        self.states.count() > 1
    }

    /// The state of the first packet, and where that one is.
    pub(crate) fn first_state(&self) -> (i64, State) {
        (self.first_position, self.states.get(self.first_state).clone())
    }

    pub(crate) fn time_base(&self) -> Rational {
        self.clock.time_base().into()
    }

    /// The next packet of the video; `None` at the end.
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
            let early = |first| packet.dts().is_some_and(|time| time < first);
            if self.skip_to.is_none_or(|first| !early(first)) {
                self.skip_to = None;
                return Ok(Some(packet));
            }
        }
        Ok(None)
    }

    /// The next packet of the video, if it is among the next `most` of all streams.
    pub(crate) fn read_soon(&mut self, most: usize) -> Result<Option<Packet>, FramesError> {
        for _ in 0..most {
            match self.read_any()? {
                Some(packet) if packet.stream() != self.stream => {}
                found => return Ok(found),
            }
        }
        Ok(None)
    }

    /// The next packet of any stream, as it comes; `None` at the end.
    pub(crate) fn read_any(&mut self) -> Result<Option<Packet>, FramesError> {
        loop {
            let mut packet = Packet::empty();
            match packet.read(&mut self.input) {
                Ok(()) => {
                    // a packet that broke off comes as far as it was read
                    self.fault.check()?;
                    return Ok(Some(packet));
                }
                Err(FfmpegError::Exit) => return Err(FramesError::Interrupted),
                // a long hole in a transport stream, of which each try reads some more
                Err(FfmpegError::Other { errno: EAGAIN }) => self.fault.check()?,
                // whatever the container's end looks like, nothing follows it
                Err(_) => {
                    self.fault.check()?;
                    return Ok(None);
                }
            }
        }
    }

    /// Puts a packet's times on the continued clock, and notes its state in it.
    fn place(&mut self, packet: &mut Packet) {
        if packet.position() >= 0 {
            self.position = packet.position() as i64;
        }
        let Some(survey) = &self.recording.survey else {
            self.state = self.states.after(self.state, packet);
            decoder_state::tag(packet, self.state);
            return;
        };
        let place = survey.place(self.position);
        decoder_state::tag(packet, place.state);
        let moved = |time: Option<i64>| time.map(|time| time.saturating_add(place.offset));
        packet.set_pts(moved(packet.pts()));
        packet.set_dts(moved(packet.dts()));
        let is_before = packet.pts().is_some_and(|time| time < place.start);
        // SAFETY: the packet is valid and not shared.
        let flags = unsafe { &mut (*packet.as_mut_ptr()).flags };
        if is_before {
            *flags |= ffi::AV_PKT_FLAG_DISCARD;
        }
        if place.is_at_jump {
            *flags &= !ffi::AV_PKT_FLAG_CORRUPT;
        }
    }

    /// Goes to the first packet. `false`: it cannot.
    pub(crate) fn rewind(&mut self) -> Result<bool, FramesError> {
        if self.is_flv() {
            // its index may have a later keyframe with the same time
            return self.seek(self.first_position, ffi::AVSEEK_FLAG_BYTE);
        }
        if self.has(ffi::AVFMT_TS_DISCONT) || self.has(ffi::AVFMT_NOTIMESTAMPS) {
            // a stream without an index, which may be entered at any byte
            return self.seek(0, ffi::AVSEEK_FLAG_BYTE);
        }
        self.seek(self.start_hint(), ffi::AVSEEK_FLAG_BACKWARD)
    }

    /// Whether the container's format has this flag of FFmpeg's.
    pub(crate) fn has(&self, flag: impl Into<i64>) -> bool {
        // SAFETY: the context is open, and its input format outlives it.
        let flags = unsafe { (*(*self.input.as_ptr()).iformat).flags };
        i64::from(flags) & flag.into() != 0
    }

    /// Whether it is an FLV, whose index FFmpeg makes on the way.
    pub(crate) fn is_flv(&self) -> bool {
        self.source.container.contains("flv")
    }

    /// Whether it can only be read from its start. FFmpeg's index of animated WebP points into its chunks, and
    /// what is read from there is nothing.
    pub(crate) fn is_linear(&self) -> bool {
        self.source.container == "webp_anim"
    }

    pub(crate) fn seek(&mut self, tick: i64, flags: i32) -> Result<bool, FramesError> {
        if self.is_linear() {
            return Ok(false);
        }
        (self.skip_to, self.first) = (None, None);
        // SAFETY: the context is open and this is the only reference to it.
        let code =
            unsafe { ffi::av_seek_frame(self.input.as_mut_ptr(), self.stream as i32, tick, flags) };
        if flags & ffi::AVSEEK_FLAG_BYTE != 0 {
            // the first packet there may not have a place
            self.position = tick;
        }

        self.fault.check()?;
        if code == ffi::AVERROR_EXIT {
            return Err(FramesError::Interrupted);
        }
        Ok(code >= 0)
    }

    /// About the first frame's time.
    pub(crate) fn start_hint(&self) -> i64 {
        let start = self.input.stream(self.stream).map(|stream| stream.start_time());
        start.filter(|start| *start != ffi::AV_NOPTS_VALUE).unwrap_or(0)
    }

    /// A packet's times; `None` if it lacks one.
    pub(crate) fn stamp(&self, packet: &Packet) -> Option<Stamp> {
        Some(Stamp {
            presented: packet.pts()?,
            decoded: packet.dts()?,
            // a stated length may be rounded, or end between two frames: it is not yet missing then
            end: self.end_of(packet)?.saturating_add(self.length_of(packet)),
            hidden: is_hidden(packet),
        })
    }

    /// The tick at which a packet's frame goes off screen.
    pub(crate) fn end_of(&self, packet: &Packet) -> Option<i64> {
        let time = packet.pts().or(packet.dts())?;
        Some(time.saturating_add(self.length_of(packet)))
    }

    /// How long a packet's frame is on screen, in ticks.
    pub(crate) fn length_of(&self, packet: &Packet) -> i64 {
        if packet.duration() > 0 { packet.duration() } else { self.frame_ticks() }
    }

    /// How long a frame is on screen on average, and one tick at least.
    pub(crate) fn frame_ticks(&self) -> i64 {
        let ticks = |rate: f64| (1.0 / rate / self.clock.seconds(1)).round() as i64;
        self.source.frame_rate.map_or(1, ticks).max(1)
    }

    /// Gives a picture the shape of its pixels. Where the container and the video disagree, the container
    /// is right, as in FFmpeg's own tools.
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

    /// Which pictures its pixels' shape is of.
    pub(crate) fn pixel_shape(&self) -> PixelShape {
        if self.is_mp4() { PixelShape::OfCoded } else { PixelShape::OfCropped }
    }

    /// The position in the file that reading is at.
    pub(crate) fn tell(&self) -> i64 {
        // SAFETY: the context is open, and going nowhere leaves its reader as it is.
        unsafe { ffi::avio_seek((*self.input.as_ptr()).pb, 0, ffi::SEEK_CUR) }
    }

    pub(crate) fn is_mp4(&self) -> bool {
        self.source.container.starts_with("mov")
    }

    /// How many packets are in the index so far.
    pub(crate) fn indexed(&self) -> i64 {
        // SAFETY: the stream lives as long as the context.
        let count = |stream: Stream| unsafe {
            ffi::avformat_index_get_entries_count(stream.as_ptr().cast_mut())
        };
        self.input.stream(self.stream).map_or(0, count).into()
    }
}

/// Whether a packet is to be decoded but not to be shown.
pub(crate) fn is_hidden(packet: &Packet) -> bool {
    // SAFETY: the packet is valid for as long as it is borrowed.
    let flags = unsafe { (*packet.as_ptr()).flags };
    flags & ffi::AV_PKT_FLAG_DISCARD != 0
}
