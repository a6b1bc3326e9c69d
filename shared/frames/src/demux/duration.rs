//! The end of a recording's last frame.

use crate::{
    FramesError,
    demux::{container::Container, media_source::MediaSource},
};
use ffmpeg_next::{Packet, ffi};

/// The end of a video.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VideoEnd {
    /// The timestamp after the last frame.
    pub(crate) time: i64,
    /// Whether it is a presentation time. Otherwise it is a decode time, on a clock that begins with the first
    /// packet. The first frame comes out some packets later.
    pub(crate) is_presented: bool,
    /// Whether the header states an end long before the last frame.
    pub(crate) is_understated: bool,
}

/// A header understates the length if later samples take longer than this number of frames. Smaller differences
/// are rounding.
const UNDERSTATED_FRAMES: i64 = 3;

impl Container {
    /// Returns the end of the last frame; `None` if the container cannot seek to it.
    ///
    /// The header of an MP4 without fragments states the end. In other formats it states the end of the longest
    /// stream, or an estimate, or is wrong, so the last packets are read. Matroska loads its index with the first
    /// seek, which this also does.
    pub(crate) fn find_end(
        &mut self,
        media: &MediaSource,
    ) -> Result<Option<VideoEnd>, FramesError> {
        if let Some(survey) = self.survey() {
            let end = VideoEnd { time: survey.end, is_presented: true, is_understated: false };
            return Ok(Some(end));
        }
        let start = self.start_hint();
        if let Some(length) = self.declared_length() {
            let time = start.saturating_add(length);
            let tolerance = self.frame_length().saturating_mul(UNDERSTATED_FRAMES);
            if self.last_indexed().is_none_or(|last| last <= time.saturating_add(tolerance)) {
                return Ok(Some(VideoEnd { time, is_presented: true, is_understated: false }));
            }
            self.seek(i64::MAX - 1, ffi::AVSEEK_FLAG_BACKWARD)?;
            let end = self.last_end()?;
            return Ok(end.map(|end| VideoEnd { is_understated: end.time > time, ..end }));
        }
        let indexed = self.indexed();
        let mut end = None;
        if !self.has_flag(ffi::AVFMT_NOTIMESTAMPS) {
            let length = self.time_base.of_microseconds(self.input.duration().max(0));
            // a search may end among the very last packets, and the first of these may be shown last
            let back = if self.is_searched() { 2_000_000 } else { 0 };
            let back = self.time_base.of_microseconds(back);
            self.seek(start.saturating_add(length - back), ffi::AVSEEK_FLAG_BACKWARD)?;
            end = self.last_end()?;
        }
        if end.is_none() && self.rewind()? {
            end = self.last_end()?;
        }
        if self.is_mp4() && self.indexed() > indexed {
            // FFmpeg reads all fragments to reach a last one that is already indexed
            let packets = self.packets;
            *self = Self::open(media, &self.recording)?;
            self.packets = packets;
        }
        Ok(end)
    }

    /// Returns the length that an MP4 states for its video; `None` if it has fragments. For those FFmpeg returns
    /// the end of the last one, on a clock that may have begun long before the first.
    fn declared_length(&self) -> Option<i64> {
        let stream = self.input.stream(self.stream)?;
        // only fragments add entries to those that the header counts
        let is_whole = self.is_mp4() && self.indexed() <= stream.frames();
        Some(stream.duration()).filter(|length| is_whole && *length > 0)
    }

    /// Returns the end of the last frame among the remaining packets.
    pub(crate) fn last_end(&mut self) -> Result<Option<VideoEnd>, FramesError> {
        let mut last = LastFrame::new(self.start_hint());
        let mut decoded_end = None;
        while let Some(packet) = self.read()? {
            let length = self.length_of(&packet);
            last.add_packet(&packet, length);
            decoded_end = decoded_end.max(packet.dts().map(|dts| dts.saturating_add(length)));
        }
        // every frame is shown after its decode time by the delay of the first one
        let shown_end = decoded_end.map(|end: i64| end.saturating_add(self.first_delay));
        Ok(last.end().map(|end| match shown_end {
            Some(shown) if !end.is_presented => VideoEnd { time: end.time.max(shown), ..end },
            _ => end,
        }))
    }
}

/// The end of the last frame of some packets. If some lack a presentation time, the number of packets after the
/// last keyframe gives the number of frames after it.
pub(crate) struct LastFrame {
    end: Option<i64>,
    keyframe: i64,
    counted: i64,
    is_counted: bool,
}

impl LastFrame {
    /// `start` is the approximate time of the first frame.
    pub(crate) fn new(start: i64) -> Self {
        Self { end: None, keyframe: start, counted: start, is_counted: false }
    }

    /// Adds the next packet by these times and the length of its frame. The packet itself may state others.
    pub(crate) fn add(&mut self, packet: &Packet, pts: Option<i64>, dts: i64, length: i64) {
        let end = pts.unwrap_or(dts).saturating_add(length);
        self.end = self.end.max(Some(end));
        self.count(packet, pts, length);
    }

    /// Adds the next packet, which may lack both times.
    fn add_packet(&mut self, packet: &Packet, length: i64) {
        match packet.dts().or(packet.pts()) {
            Some(dts) => self.add(packet, packet.pts(), dts, length),
            None => self.count(packet, None, length),
        }
    }

    fn count(&mut self, packet: &Packet, pts: Option<i64>, length: i64) {
        match pts {
            Some(pts) if packet.is_key() => {
                self.keyframe = pts;
                (self.counted, self.is_counted) = (pts.saturating_add(length), false);
            }
            Some(pts) if pts < self.keyframe => {}
            pts => {
                self.counted = self.counted.saturating_add(length);
                self.is_counted |= pts.is_none();
            }
        }
    }

    pub(crate) fn end(&self) -> Option<VideoEnd> {
        let time = self.end.max(self.is_counted.then_some(self.counted))?;
        Some(VideoEnd { time, is_presented: !self.is_counted, is_understated: false })
    }
}
