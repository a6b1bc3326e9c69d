//! A container, opened: which stream is the video, what its clock is, where it ends.

use crate::{
    FramesError,
    chooser::Stamp,
    opener::Opener,
    source::{self, Fault},
    time::Clock,
};
use ffmpeg_next::{
    Error as FfmpegError, Packet, codec,
    error::EAGAIN,
    ffi,
    format::{
        context::Input,
        stream::{Disposition, Stream},
    },
    frame, media,
    packet::Ref,
};
use framezip_contract::{ErrorCode, Limits, Source};
use std::io::{Read, Seek};

/// An opened container.
pub(crate) struct Container {
    pub(crate) input: Input,
    fault: Fault,
    pub(crate) stream: usize,
    pub(crate) clock: Clock,
    pub(crate) source: Source,
    /// The decode time of the packet to begin with, after a seek that lands before it.
    pub(crate) skip_to: Option<i64>,
    /// How many packets of the video were read.
    pub(crate) packets: u64,
}

/// Where a video ends.
pub(crate) struct End {
    /// The tick behind the last frame.
    pub(crate) tick: i64,
    /// Whether it is a time of presentation. Else it is one of decoding, on a clock that begins with the
    /// first packet, not with the first frame, which comes out some packets later.
    pub(crate) is_presented: bool,
}

impl Container {
    /// Opens a container, whatever its format, by looking at its bytes.
    pub(crate) fn open<R, I>(reader: R, interrupt: I, limits: &Limits) -> Result<Self, FramesError>
    where
        R: Read + Seek + Send + 'static,
        I: FnMut() -> bool + Clone + Send + 'static,
    {
        check_processor()?;
        ffmpeg_next::init().map_err(|error| FramesError::library("ffmpeg_next::init", error))?;
        // what is wrong with the media is told to its owner; the log is ours
        ffmpeg_next::log::set_level(ffmpeg_next::log::Level::Quiet);
        let fault = Fault::default();
        let mut input = source::open(reader, interrupt, &fault)?;
        if let Ok(stream) = best_video(&input) {
            check_picture(&facts(&input, stream)?.1, limits)?;
        }
        source::probe(&mut input, limits.pixels, &fault)?;
        let stream = best_video(&input)?;
        let (clock, source) = facts(&input, stream)?;
        check_picture(&source, limits)?;
        Ok(Self { input, fault, stream, clock, source, skip_to: None, packets: 0 })
    }

    pub(crate) fn parameters(&self) -> Option<codec::Parameters> {
        self.input.stream(self.stream).map(|stream| stream.parameters())
    }

    /// The next packet of the video; `None` at the end.
    pub(crate) fn read(&mut self) -> Result<Option<Packet>, FramesError> {
        loop {
            let mut packet = Packet::empty();
            match packet.read(&mut self.input) {
                Ok(()) if packet.stream() != self.stream => {}
                Ok(()) => {
                    // a packet that broke off comes as far as it was read
                    self.fault.check()?;
                    self.packets += 1;
                    let early = |first| packet.dts().is_some_and(|time| time < first);
                    if self.skip_to.is_none_or(|first| !early(first)) {
                        self.skip_to = None;
                        return Ok(Some(packet));
                    }
                }
                Err(FfmpegError::Exit) => return Err(FramesError::Interrupted),
                // a long hole in a transport stream, of which each try reads some more
                Err(FfmpegError::Other { errno: EAGAIN }) => self.fault.check()?,
                // whatever the container's end looks like, there is nothing behind it
                Err(_) => {
                    self.fault.check()?;
                    return Ok(None);
                }
            }
        }
    }

    /// Goes to the first packet. `false`: it cannot.
    pub(crate) fn rewind(&mut self) -> Result<bool, FramesError> {
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

    pub(crate) fn seek(&mut self, tick: i64, flags: i32) -> Result<bool, FramesError> {
        self.skip_to = None;
        // SAFETY: the context is open and this is the only reference to it.
        let code =
            unsafe { ffi::av_seek_frame(self.input.as_mut_ptr(), self.stream as i32, tick, flags) };
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

    /// A packet's times; `None` where it does not tell them.
    pub(crate) fn stamp(&self, packet: &Packet) -> Option<Stamp> {
        Some(Stamp {
            presented: packet.pts()?,
            decoded: packet.dts()?,
            // a length that is told may be rounded, or end between two frames: it is not yet missing then
            end: self.end_of(packet)?.saturating_add(self.length_of(packet)),
            hidden: is_hidden(packet),
        })
    }

    /// The tick at which a packet's frame goes off screen.
    fn end_of(&self, packet: &Packet) -> Option<i64> {
        let time = packet.pts().or(packet.dts())?;
        Some(time.saturating_add(self.length_of(packet)))
    }

    /// How long a packet's frame is on screen, in ticks.
    fn length_of(&self, packet: &Packet) -> i64 {
        if packet.duration() > 0 { packet.duration() } else { self.frame_ticks() }
    }

    /// How long a frame is on screen on average, and one tick at least.
    pub(crate) fn frame_ticks(&self) -> i64 {
        let length = self.source.frame_rate.map_or(0.0, |rate| 1.0 / rate);
        self.clock.ticks_of_microseconds((length * 1e6) as i64).max(1)
    }

    /// Tells a picture the shape of its pixels. Where the container and the video disagree, the container
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

    /// Where the last frame ends; `None` where the container cannot go back to look.
    ///
    /// MP4 without fragments knows where its video ends. Elsewhere the length in the header is that of
    /// the longest stream, or an estimate, or wrong: the last packets tell. Matroska loads its index
    /// only when it first seeks, which this does too.
    pub(crate) fn find_end(&mut self, opener: &Opener) -> Result<Option<End>, FramesError> {
        let start = self.start_hint();
        if let Some(length) = self.declared_length() {
            return Ok(Some(End { tick: start.saturating_add(length), is_presented: true }));
        }
        let indexed = self.indexed();
        let mut end = None;
        if !self.has(ffi::AVFMT_NOTIMESTAMPS) {
            let length = self.clock.ticks_of_microseconds(self.input.duration().max(0));
            // a search may land among the very last packets, of which the first may be shown last
            let back = if self.is_searched() { 2_000_000 } else { 0 };
            let back = self.clock.ticks_of_microseconds(back);
            self.seek(start.saturating_add(length - back), ffi::AVSEEK_FLAG_BACKWARD)?;
            end = self.last_end()?;
        }
        if end.is_none() && self.rewind()? {
            end = self.last_end()?;
        }
        if self.is_mp4() && self.indexed() > indexed {
            // to a last fragment that it knows already, FFmpeg would go through all of them
            *self = Self { packets: self.packets, ..opener.open()? };
        }
        Ok(end)
    }

    /// How long an MP4 says that its video is, in ticks; `None` where it has fragments: of those FFmpeg
    /// tells the time at which the last one ends, on a clock that may have begun long before the first.
    fn declared_length(&self) -> Option<i64> {
        let stream = self.input.stream(self.stream)?;
        // only frames of fragments are in the index beside those that the header counts
        let whole = self.is_mp4() && self.indexed() <= stream.frames();
        Some(stream.duration()).filter(|length| whole && *length > 0)
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

    /// Where the last frame of the packets from here on ends. Where some do not tell theirs, as many frames
    /// follow the last keyframe as packets do.
    pub(crate) fn last_end(&mut self) -> Result<Option<End>, FramesError> {
        let mut end = None;
        let mut keyframe = self.start_hint();
        let (mut counted, mut untold) = (keyframe, false);
        while let Some(packet) = self.read()? {
            end = end.max(self.end_of(&packet));
            let length = self.length_of(&packet);
            match packet.pts() {
                Some(time) if packet.is_key() => {
                    (keyframe, counted, untold) = (time, time.saturating_add(length), false);
                }
                Some(time) if time < keyframe => {}
                told => {
                    counted = counted.saturating_add(length);
                    untold |= told.is_none();
                }
            }
        }
        let end = if untold { end.max(Some(counted)) } else { end };
        Ok(end.map(|tick| End { tick, is_presented: !untold }))
    }
}

fn check_picture(source: &Source, limits: &Limits) -> Result<(), FramesError> {
    let pixels = u64::from(source.width) * u64::from(source.height);
    if pixels > limits.pixels {
        return Err(FramesError::media(
            ErrorCode::TooManyPixels,
            format!(
                "This video's pictures have {} × {} pixels. At most {} pixels are allowed.",
                source.width, source.height, limits.pixels
            ),
        ));
    }
    Ok(())
}

/// Makes sure of what FFmpeg's libraries are built for (`layers/ffmpeg/build.sh`).
fn check_processor() -> Result<(), FramesError> {
    #[cfg(target_arch = "x86_64")]
    if !(is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("fma"))
    {
        let reason = "the processor is older than x86-64-v3: AVX2, BMI2, LZCNT and FMA are needed";
        return Err(FramesError::library("FFmpeg", reason));
    }
    Ok(())
}

/// Whether a packet is to be decoded but, by an edit list, not to be shown.
pub(crate) fn is_hidden(packet: &Packet) -> bool {
    // SAFETY: the packet is valid for as long as it is borrowed.
    let flags = unsafe { (*packet.as_ptr()).flags };
    flags & ffi::AV_PKT_FLAG_DISCARD != 0
}

/// The video that a person would call the file's: not cover art, by default before others, then the
/// one with the largest picture.
fn best_video(input: &Input) -> Result<usize, FramesError> {
    let still = Disposition::ATTACHED_PIC;
    input
        .streams()
        .filter(|stream| stream.parameters().medium() == media::Type::Video)
        .filter(|stream| !stream.disposition().intersects(still))
        .max_by_key(|stream| {
            let default = stream.disposition().contains(Disposition::DEFAULT);
            let (width, height) = size(&stream.parameters());
            (default, u64::from(width) * u64::from(height), std::cmp::Reverse(stream.index()))
        })
        .map(|stream| stream.index())
        .ok_or_else(|| {
            FramesError::media(
                ErrorCode::NoVideoStream,
                "This file has no video in it, only sound, text or a cover picture.",
            )
        })
}

fn size(parameters: &codec::Parameters) -> (u32, u32) {
    // SAFETY: the parameters are valid for as long as they are borrowed.
    let (width, height) = unsafe { ((*parameters.as_ptr()).width, (*parameters.as_ptr()).height) };
    (width.max(0) as u32, height.max(0) as u32)
}

fn facts(input: &Input, stream: usize) -> Result<(Clock, Source), FramesError> {
    let broken = || FramesError::media(ErrorCode::CorruptVideo, "This video's header is damaged.");
    let stream = input.stream(stream).ok_or_else(broken)?;
    let parameters = stream.parameters();
    let (width, height) = size(&parameters);
    let rate = stream.avg_frame_rate();
    let source = Source {
        container: input.format().name().to_owned(),
        codec: parameters.id().name().to_owned(),
        width,
        height,
        duration: None,
        frame_rate: (rate.numerator() > 0 && rate.denominator() > 0).then(|| rate.into()),
    };
    Ok((Clock::new(stream.time_base()).ok_or_else(broken)?, source))
}
