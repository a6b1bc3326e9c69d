//! The keyframes of a container: by its index, or found by a search among its packets.

use crate::{
    FramesError,
    bitstream::disposable::is_intra_only,
    demux::{container::Container, packet::is_hidden, survey::Survey},
};
use ffmpeg_next::{Packet, ffi};

/// An entry of an index: facts about a packet.
struct IndexEntry {
    /// The position in the file.
    position: i64,
    /// The decode time.
    dts: i64,
    is_keyframe: bool,
    /// Whether an edit list hides the packet.
    is_hidden: bool,
}

/// The times of a keyframe that a search found.
struct FoundKeyframe {
    pts: i64,
    dts: i64,
}

/// A search for a keyframe begins this many seconds before the target: most GOPs of broadcasts are shorter.
const SEARCH_BACK: i64 = 2;
/// The number of surveyed keyframes that are tried, and of packets after each position: a parser may begin with the
/// end of the packet before.
const SURVEYED_TRIES: usize = 4;
const SURVEYED_PACKETS: usize = 1000;
/// The factor by which a search goes further back each time that it finds no keyframe.
const FARTHER: i64 = 4;

impl Container {
    /// Returns whether seeking searches by packet times: MPEG's streams and Ogg have no index, only entries that
    /// FFmpeg has added while reading.
    pub(crate) fn is_searched(&self) -> bool {
        self.has_flag(ffi::AVFMT_TS_DISCONT) && self.survey().is_none()
    }

    /// Returns the survey if seeking uses it.
    fn surveyed(&self) -> Option<&Survey> {
        self.survey().filter(|_| self.has_flag(ffi::AVFMT_TS_DISCONT) || self.is_flv())
    }

    /// Goes to the last surveyed keyframe at `time` or before, and returns its packet.
    fn seek_to_surveyed(&mut self, time: i64) -> Result<Option<Packet>, FramesError> {
        let Some(survey) = self.surveyed() else { return Ok(None) };
        let keyframes: Vec<_> = survey.keyframes_before(time).take(SURVEYED_TRIES).collect();
        for keyframe in keyframes {
            if !self.seek(keyframe.position, ffi::AVSEEK_FLAG_BYTE)? {
                return Ok(None);
            }
            for _ in 0..SURVEYED_PACKETS {
                let Some(packet) = self.read()? else { break };
                if packet.is_key() && packet.dts() == Some(keyframe.dts) {
                    return Ok(Some(packet));
                }
            }
        }
        Ok(None)
    }

    /// Goes to the last keyframe that is on screen at `time` or before, and returns its packet; `None` if none is
    /// known.
    pub(crate) fn seek_to_keyframe(&mut self, time: i64) -> Result<Option<Packet>, FramesError> {
        if self.surveyed().is_some() {
            return self.seek_to_surveyed(time);
        }
        if self.begins_only_at_start() {
            return Ok(None);
        }
        if !self.is_searched() {
            let Some(keyframe) = self.indexed_keyframe(time) else { return Ok(None) };
            if !self.seek(time, ffi::AVSEEK_FLAG_BACKWARD)? {
                return Ok(None);
            }
            // an index may list keyframes that are not marked as such, as in QuickTime's open GOPs
            let packet = self.read()?;
            if packet.as_ref().is_some_and(|it| it.is_key() || self.distinguishes(keyframe)) {
                return Ok(packet);
            }
        }
        let Some(found) = self.search(time)? else { return Ok(None) };
        if !self.seek(found.dts, ffi::AVSEEK_FLAG_BACKWARD)? {
            return Ok(None);
        }
        self.skip_to = Some(found.dts);
        self.read()
    }

    /// Returns the time of the last known keyframe at `time` or before. In an MP4's index it is a decode time, a
    /// little before the presentation time.
    pub(crate) fn keyframe_before(&mut self, time: i64) -> Result<Option<i64>, FramesError> {
        if self.is_searched() {
            return Ok(self.search(time)?.map(|found| found.pts));
        }
        Ok(self.indexed_keyframe(time))
    }

    /// Returns whether decoding can only begin with the first packet. An AVI without an index takes every packet
    /// for a keyframe, and the old codecs with palettes decode differences to a wrong picture without an error.
    fn begins_only_at_start(&self) -> bool {
        let is_old = self.source.container == "avi" && self.has_state();
        let codec = self.parameters().map(|parameters| parameters.id());
        self.is_linear() || (is_old && !codec.is_some_and(is_intra_only))
    }

    /// As [`keyframe_before`](Self::keyframe_before), by the index alone.
    pub(crate) fn indexed_keyframe(&self, time: i64) -> Option<i64> {
        if let Some(survey) = self.surveyed() {
            return survey.keyframes_before(time).next().map(|keyframe| keyframe.pts);
        }
        // entries that FFmpeg adds while it reads a stream without times are not an index
        if self.is_searched()
            || self.has_flag(ffi::AVFMT_NOTIMESTAMPS)
            || self.begins_only_at_start()
        {
            return None;
        }
        self.entry_time(time, ffi::AVSEEK_FLAG_BACKWARD)
    }

    /// Returns whether the index distinguishes keyframes from other packets: some mark every packet as one.
    /// `keyframe` is the time of a keyframe in the index.
    fn distinguishes(&self, keyframe: i64) -> bool {
        let before = self.indexed_keyframe(keyframe.saturating_sub(1));
        before.is_none_or(|before| {
            keyframe.saturating_sub(before) > self.frame_length().saturating_mul(2)
        })
    }

    /// Returns whether the index has no hole around `time` of the length of `gap` or more. The index of an MP4
    /// contains only those fragments that were read.
    pub(crate) fn is_indexed(&self, time: i64, gap: i64) -> bool {
        let packets = self.input.stream(self.stream).map_or(0, |stream| stream.frames());
        if !self.is_mp4() || self.indexed() == packets {
            return true;
        }
        let any = ffi::AVSEEK_FLAG_ANY;
        let (before, after) =
            (self.entry_time(time, any | ffi::AVSEEK_FLAG_BACKWARD), self.entry_time(time, any));
        matches!((before, after), (Some(before), Some(after)) if after.saturating_sub(before) < gap)
    }

    /// Returns the time of the index entry for `time`; `flags` say which entry that is.
    fn entry_time(&self, time: i64, flags: i32) -> Option<i64> {
        let stream = self.input.stream(self.stream)?;
        // SAFETY: the stream lives as long as the context; the entry is read before anything else
        // touches the index.
        unsafe {
            let pointer = stream.as_ptr().cast_mut();
            let entry = ffi::avformat_index_get_entry_from_timestamp(pointer, time, flags);
            entry.as_ref().map(|entry| entry.timestamp)
        }
    }

    /// Searches the last keyframe at `time` or before, and goes further and further back for it.
    fn search(&mut self, time: i64) -> Result<Option<FoundKeyframe>, FramesError> {
        let start = self.start_hint();
        let mut back = self.time_base.of_microseconds(SEARCH_BACK * 1_000_000).max(1);
        let mut from = time;
        loop {
            from = from.saturating_sub(back);
            if from <= start || !self.seek(from, ffi::AVSEEK_FLAG_BACKWARD)? {
                return Ok(None);
            }
            let mut found = None;
            while let Some(packet) = self.read()? {
                let Some(dts) = packet.dts() else { continue };
                if dts > time {
                    break;
                }
                // where times jump ahead, the packet may be long before
                from = from.min(dts);
                let pts = packet.pts().unwrap_or(dts);
                if packet.is_key() && pts <= time {
                    found = Some(FoundKeyframe { pts, dts });
                }
            }
            if found.is_some() {
                return Ok(found);
            }
            back = back.saturating_mul(FARTHER);
        }
    }

    /// Returns the presentation times of the keyframes; `None` if a keyframe lacks one. The container may be at
    /// any position afterwards.
    pub(crate) fn keyframes(&mut self) -> Result<Option<Vec<i64>>, FramesError> {
        if let Some(keyframes) = self.indexed_keyframes()? {
            return Ok(Some(keyframes));
        }
        self.rewind()?;
        let mut keyframes = Vec::new();
        while let Some(packet) = self.read()? {
            if packet.is_key() && !is_hidden(&packet) {
                keyframes.push(packet.pts());
            }
        }
        keyframes.sort_unstable();
        Ok(keyframes.into_iter().collect())
    }

    /// Returns the presentation times of the keyframes, and reads only keyframes for that; `None` if the index
    /// does not list every packet, as that of an MP4 without fragments does.
    ///
    /// To let the demuxer discard other packets would be simpler, but MP4's then gives wrong presentation times.
    fn indexed_keyframes(&mut self) -> Result<Option<Vec<i64>>, FramesError> {
        let entries = self.index();
        let packets = self.input.stream(self.stream).map_or(0, |stream| stream.frames());
        if !self.is_mp4() || entries.len() as i64 != packets {
            return Ok(None);
        }
        let keyframes: Vec<_> = entries.into_iter().filter(|entry| entry.is_keyframe).collect();
        let ends = keyframes.iter().skip(1).map(|next| next.dts - 1).chain([i64::MAX - 1]);
        let mut times = Vec::new();
        for (entry, end) in keyframes.iter().zip(ends) {
            self.seek(end, ffi::AVSEEK_FLAG_BACKWARD)?;
            let Some(packet) = self.read()? else { return Ok(None) };
            if !packet.is_key() || packet.position() != entry.position as isize {
                return Ok(None);
            }
            if !is_hidden(&packet) {
                times.push(packet.pts());
            }
        }
        times.sort_unstable();
        Ok(times.into_iter().collect())
    }

    /// Returns the decode time of the last shown packet in the index.
    pub(crate) fn last_indexed(&self) -> Option<i64> {
        (0..self.indexed()).rev().find_map(|number| {
            self.entry(number as i32).filter(|entry| !entry.is_hidden).map(|entry| entry.dts)
        })
    }

    fn index(&self) -> Vec<IndexEntry> {
        (0..self.indexed()).filter_map(|number| self.entry(number as i32)).collect()
    }

    fn entry(&self, number: i32) -> Option<IndexEntry> {
        let stream = self.input.stream(self.stream)?;
        // SAFETY: the stream lives as long as the context; the entry is read before anything else
        // touches the index.
        let entry =
            unsafe { ffi::avformat_index_get_entry(stream.as_ptr().cast_mut(), number).as_ref()? };
        Some(IndexEntry {
            position: entry.pos,
            dts: entry.timestamp,
            is_keyframe: entry.flags() & ffi::AVINDEX_KEYFRAME != 0,
            is_hidden: entry.flags() & ffi::AVINDEX_DISCARD_FRAME != 0,
        })
    }
}
