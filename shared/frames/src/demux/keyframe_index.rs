//! Where a container's keyframes are: by its index, or found by looking here and there.

use crate::{
    FramesError,
    bitstream::disposable::is_intra_only,
    demux::{
        container::{Container, is_hidden},
        survey::Survey,
    },
};
use ffmpeg_next::{Packet, ffi};

/// What an index tells of a packet.
struct Entry {
    /// Where it is in the file.
    position: i64,
    /// When it is decoded.
    time: i64,
    keyframe: bool,
    /// Whether an edit list hides it.
    hidden: bool,
}

/// A keyframe that was found, by its times.
struct Found {
    presented: i64,
    decoded: i64,
}

/// How many seconds before a place its keyframe is looked for first: most GOPs of broadcasts are shorter.
const SEARCH_BACK: i64 = 2;
/// How many surveyed keyframes are tried, and how many packets after each place: a parser may begin with
/// the end of the packet before.
const SURVEYED_TRIES: usize = 4;
const SURVEYED_PACKETS: usize = 1000;
/// How many times as far it is looked for each time that none was found.
const FARTHER: i64 = 4;

impl Container {
    /// Whether places are found by looking at the times of packets here and there: MPEG's streams and
    /// Ogg have no index, only what FFmpeg has noted on its way.
    pub(crate) fn is_searched(&self) -> bool {
        self.has(ffi::AVFMT_TS_DISCONT) && self.survey().is_none()
    }

    /// Returns the survey if seeking uses it.
    fn surveyed(&self) -> Option<&Survey> {
        self.survey().filter(|_| self.has(ffi::AVFMT_TS_DISCONT) || self.is_flv())
    }

    /// Goes to the last surveyed keyframe at `tick` or before, and returns its packet.
    fn seek_to_surveyed(&mut self, tick: i64) -> Result<Option<Packet>, FramesError> {
        let Some(survey) = self.surveyed() else { return Ok(None) };
        let keyframes: Vec<_> = survey.keyframes_before(tick).take(SURVEYED_TRIES).collect();
        for keyframe in keyframes {
            if !self.seek(keyframe.position, ffi::AVSEEK_FLAG_BYTE)? {
                return Ok(None);
            }
            for _ in 0..SURVEYED_PACKETS {
                let Some(packet) = self.read()? else { break };
                if packet.is_key() && packet.dts() == Some(keyframe.decoded) {
                    return Ok(Some(packet));
                }
            }
        }
        Ok(None)
    }

    /// Goes to the last keyframe that is on screen at `tick` or before, and gives its packet; `None` where
    /// none is known.
    pub(crate) fn seek_to_keyframe(&mut self, tick: i64) -> Result<Option<Packet>, FramesError> {
        if self.surveyed().is_some() {
            return self.seek_to_surveyed(tick);
        }
        if self.has_no_entries() {
            return Ok(None);
        }
        if !self.is_searched() {
            let Some(keyframe) = self.indexed_keyframe(tick) else { return Ok(None) };
            if !self.seek(tick, ffi::AVSEEK_FLAG_BACKWARD)? {
                return Ok(None);
            }
            // an index may know of keyframes that do not say so themselves, as QuickTime's open GOPs
            let packet = self.read()?.filter(|packet| packet.is_key() || self.tells(keyframe));
            if packet.is_some() {
                return Ok(packet);
            }
        }
        let Some(found) = self.search(tick)? else { return Ok(None) };
        if !self.seek(found.decoded, ffi::AVSEEK_FLAG_BACKWARD)? {
            return Ok(None);
        }
        self.skip_to = Some(found.decoded);
        self.read()
    }

    /// The time of the last keyframe at `tick` or before, as far as it is known. From MP4's index it is
    /// a decode time, a little before the presentation time.
    pub(crate) fn keyframe_before(&mut self, tick: i64) -> Result<Option<i64>, FramesError> {
        if self.is_searched() {
            return Ok(self.search(tick)?.map(|found| found.presented));
        }
        Ok(self.indexed_keyframe(tick))
    }

    /// Whether decoding can only begin with the first packet: an AVI without an index takes every packet for a
    /// keyframe, and the old codecs with palettes decode differences to a wrong picture without an error.
    fn has_no_entries(&self) -> bool {
        let is_old = self.source.container == "avi" && self.has_state();
        let codec = self.parameters().map(|parameters| parameters.id());
        self.is_linear() || (is_old && !codec.is_some_and(is_intra_only))
    }

    /// The same, by the index alone.
    pub(crate) fn indexed_keyframe(&self, tick: i64) -> Option<i64> {
        if let Some(survey) = self.surveyed() {
            return survey.keyframes_before(tick).next().map(|keyframe| keyframe.presented);
        }
        // what FFmpeg notes on its way through a stream without times is no index
        if self.is_searched() || self.has(ffi::AVFMT_NOTIMESTAMPS) || self.has_no_entries() {
            return None;
        }
        self.entry_time(tick, ffi::AVSEEK_FLAG_BACKWARD)
    }

    /// Whether the index tells keyframes from others: some take every packet for one. `keyframe` is the time
    /// of one of them.
    fn tells(&self, keyframe: i64) -> bool {
        let before = self.indexed_keyframe(keyframe.saturating_sub(1));
        before.is_none_or(|before| {
            keyframe.saturating_sub(before) > self.frame_ticks().saturating_mul(2)
        })
    }

    /// Whether the index leaves out nothing around `tick` that lasts as long as `gap`. That of an MP4 has
    /// only those of its fragments that were looked at.
    pub(crate) fn is_indexed(&self, tick: i64, gap: i64) -> bool {
        let packets = self.input.stream(self.stream).map_or(0, |stream| stream.frames());
        if !self.is_mp4() || self.indexed() == packets {
            return true;
        }
        let any = ffi::AVSEEK_FLAG_ANY;
        let (before, after) =
            (self.entry_time(tick, any | ffi::AVSEEK_FLAG_BACKWARD), self.entry_time(tick, any));
        matches!((before, after), (Some(before), Some(after)) if after.saturating_sub(before) < gap)
    }

    /// The time of the index's entry for `tick`, which one `flags` tell.
    fn entry_time(&self, tick: i64, flags: i32) -> Option<i64> {
        let stream = self.input.stream(self.stream)?;
        // SAFETY: the stream lives as long as the context; the entry is read before anything else
        // touches the index.
        unsafe {
            let pointer = stream.as_ptr().cast_mut();
            let entry = ffi::avformat_index_get_entry_from_timestamp(pointer, tick, flags);
            entry.as_ref().map(|entry| entry.timestamp)
        }
    }

    /// Looks for the last keyframe at `tick` or before, farther and farther back.
    fn search(&mut self, tick: i64) -> Result<Option<Found>, FramesError> {
        let start = self.start_hint();
        let mut back = self.clock.ticks_of_microseconds(SEARCH_BACK * 1_000_000).max(1);
        let mut from = tick;
        loop {
            from = from.saturating_sub(back);
            if from <= start || !self.seek(from, ffi::AVSEEK_FLAG_BACKWARD)? {
                return Ok(None);
            }
            let mut found = None;
            while let Some(packet) = self.read()? {
                let Some(decoded) = packet.dts() else { continue };
                if decoded > tick {
                    break;
                }
                // it may be long before, where the times jump ahead
                from = from.min(decoded);
                let presented = packet.pts().unwrap_or(decoded);
                if packet.is_key() && presented <= tick {
                    found = Some(Found { presented, decoded });
                }
            }
            if found.is_some() {
                return Ok(found);
            }
            back = back.saturating_mul(FARTHER);
        }
    }

    /// When the keyframes are shown, in ticks; `None` where their packets do not tell. Leaves the container
    /// somewhere.
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

    /// The same, reading nothing but the keyframes; `None` where the index does not name every packet, as
    /// that of an MP4 without fragments does.
    ///
    /// To have the demuxer leave out what is no keyframe would be simpler, but MP4's then gives wrong
    /// presentation times.
    fn indexed_keyframes(&mut self) -> Result<Option<Vec<i64>>, FramesError> {
        let entries = self.index();
        let packets = self.input.stream(self.stream).map_or(0, |stream| stream.frames());
        if !self.is_mp4() || entries.len() as i64 != packets {
            return Ok(None);
        }
        let keyframes: Vec<_> = entries.into_iter().filter(|entry| entry.keyframe).collect();
        let ends = keyframes.iter().skip(1).map(|next| next.time - 1).chain([i64::MAX - 1]);
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

    /// When the last packet of the index that is shown is decoded.
    pub(crate) fn last_indexed(&self) -> Option<i64> {
        (0..self.indexed()).rev().find_map(|number| {
            self.entry(number as i32).filter(|entry| !entry.hidden).map(|entry| entry.time)
        })
    }

    fn index(&self) -> Vec<Entry> {
        (0..self.indexed()).filter_map(|number| self.entry(number as i32)).collect()
    }

    fn entry(&self, number: i32) -> Option<Entry> {
        let stream = self.input.stream(self.stream)?;
        // SAFETY: the stream lives as long as the context; the entry is read before anything else
        // touches the index.
        let entry =
            unsafe { ffi::avformat_index_get_entry(stream.as_ptr().cast_mut(), number).as_ref()? };
        Some(Entry {
            position: entry.pos,
            time: entry.timestamp,
            keyframe: entry.flags() & ffi::AVINDEX_KEYFRAME != 0,
            hidden: entry.flags() & ffi::AVINDEX_DISCARD_FRAME != 0,
        })
    }
}
