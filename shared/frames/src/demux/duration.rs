//! The end of a recording's last frame.

use crate::{
    FramesError,
    demux::{container::Container, opener::Opener},
};
use ffmpeg_next::{Packet, ffi};

/// The end of a video.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    /// The tick after the last frame.
    pub(crate) tick: i64,
    /// Whether it is a time of presentation. Else it is one of decoding, on a clock that begins with the
    /// first packet, not with the first frame, which comes out some packets later.
    pub(crate) is_presented: bool,
    /// Whether the header says that the video ends long before its last frame.
    pub(crate) is_understated: bool,
}

/// A header understates the length if samples after it take longer than this number of frames: less is how
/// lengths are rounded.
const UNDERSTATED_FRAMES: i64 = 3;

impl Container {
    /// Returns the end of the last frame; `None` if the container cannot go back to look.
    ///
    /// The header of an MP4 without fragments states the end. In other formats it states that of the longest
    /// stream, or an estimate, or is wrong, so the last packets are read. Matroska loads its index only when
    /// it first seeks, which this does too.
    pub(crate) fn find_end(&mut self, opener: &Opener) -> Result<Option<End>, FramesError> {
        if let Some(survey) = self.survey() {
            let end = End { tick: survey.end, is_presented: true, is_understated: false };
            return Ok(Some(end));
        }
        let start = self.start_hint();
        if let Some(length) = self.declared_length() {
            let tick = start.saturating_add(length);
            let tolerance = self.frame_ticks().saturating_mul(UNDERSTATED_FRAMES);
            if self.last_indexed().is_none_or(|last| last <= tick.saturating_add(tolerance)) {
                return Ok(Some(End { tick, is_presented: true, is_understated: false }));
            }
            self.seek(i64::MAX - 1, ffi::AVSEEK_FLAG_BACKWARD)?;
            let end = self.last_end()?;
            return Ok(end.map(|end| End { is_understated: end.tick > tick, ..end }));
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
            // FFmpeg reads all fragments to reach a last one that is already indexed
            let packets = self.packets;
            *self = opener.open(&self.recording)?;
            self.packets = packets;
        }
        Ok(end)
    }

    /// How long an MP4 says that its video is, in ticks; `None` if it has fragments: of those FFmpeg
    /// returns the time at which the last one ends, on a clock that may have begun long before the first.
    fn declared_length(&self) -> Option<i64> {
        let stream = self.input.stream(self.stream)?;
        // only fragments add entries to those that the header counts
        let whole = self.is_mp4() && self.indexed() <= stream.frames();
        Some(stream.duration()).filter(|length| whole && *length > 0)
    }

    /// Returns the end of the last frame of the packets from here on.
    pub(crate) fn last_end(&mut self) -> Result<Option<End>, FramesError> {
        let mut last = LastFrame::new(self.start_hint());
        let mut decoded_end = None;
        while let Some(packet) = self.read()? {
            let length = self.length_of(&packet);
            last.see(&packet, length);
            decoded_end = decoded_end.max(packet.dts().map(|time| time.saturating_add(length)));
        }
        // frames are shown as much later than they are decoded as the first one is
        let shown_end = decoded_end.map(|end: i64| end.saturating_add(self.first_delay));
        Ok(last.end().map(|end| match shown_end {
            Some(shown) if !end.is_presented => End { tick: end.tick.max(shown), ..end },
            _ => end,
        }))
    }
}

/// The end of the last frame of some packets. If some do not have a presentation time, as many frames follow
/// the last keyframe as packets do.
pub(crate) struct LastFrame {
    end: Option<i64>,
    keyframe: i64,
    counted: i64,
    is_counted: bool,
}

impl LastFrame {
    /// Of packets whose first frame is shown at about `start`.
    pub(crate) fn new(start: i64) -> Self {
        Self { end: None, keyframe: start, counted: start, is_counted: false }
    }

    /// Takes the next packet by its times; its frame has this length.
    pub(crate) fn add(&mut self, pts: Option<i64>, dts: i64, is_key: bool, length: i64) {
        let end = pts.unwrap_or(dts).saturating_add(length);
        self.end = self.end.max(Some(end));
        self.count(pts, is_key, length);
    }

    /// Takes the next packet, which may have neither time.
    pub(crate) fn see(&mut self, packet: &Packet, length: i64) {
        match packet.dts().or(packet.pts()) {
            Some(dts) => self.add(packet.pts(), dts, packet.is_key(), length),
            None => self.count(None, packet.is_key(), length),
        }
    }

    fn count(&mut self, pts: Option<i64>, is_key: bool, length: i64) {
        match pts {
            Some(time) if is_key => {
                self.keyframe = time;
                (self.counted, self.is_counted) = (time.saturating_add(length), false);
            }
            Some(time) if time < self.keyframe => {}
            time => {
                self.counted = self.counted.saturating_add(length);
                self.is_counted |= time.is_none();
            }
        }
    }

    pub(crate) fn end(&self) -> Option<End> {
        let tick = self.end.max(self.is_counted.then_some(self.counted))?;
        Some(End { tick, is_presented: !self.is_counted, is_understated: false })
    }
}
