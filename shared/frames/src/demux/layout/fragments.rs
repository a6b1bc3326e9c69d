//! Fragments of an MP4 (ISO/IEC 14496-12, 8.8 and 8.16): their times, and the indexes of them.

use crate::demux::{byte_reader::ByteReader, mp4_box::Mp4Box};
use std::io::{self, Read, Seek};

/// The longest gap between fragments of one recording, in seconds.
const MOST_GAP: u64 = 10;
/// Because of rounding, a fragment may begin before the end of the last one by this fraction of a second.
const ROUNDINGS: u64 = 10;

/// A video track of a fragmented file.
#[derive(Clone, Copy)]
pub(super) struct FragmentTrack {
    id: u32,
    /// Units in a second of the fragments' times.
    scale: u32,
    /// The duration of a sample, unless its fragment states another one.
    sample_duration: u32,
}

/// The decode times of a fragment's samples, in units of the track.
pub(super) struct FragmentTimes {
    /// `None` stands for the end of the fragment before.
    start: Option<u64>,
    duration: u64,
}

/// The clock of consecutive fragments.
#[derive(Default)]
pub(super) struct FragmentClock {
    /// The end of the last fragment.
    last_end: Option<u64>,
}

impl FragmentClock {
    /// Adds a fragment. Returns whether it continues the last one. A fragment that starts before the end of the
    /// last one, or long after it, does not.
    pub(super) fn continues(&mut self, times: &FragmentTimes, track: &FragmentTrack) -> bool {
        let start = times.start.unwrap_or(self.last_end.unwrap_or(0));
        let gap = MOST_GAP * u64::from(track.scale);
        let rounding = u64::from(track.scale) / ROUNDINGS;
        let continues = self.last_end.is_none_or(|end| {
            end <= start.saturating_add(rounding) && start <= end.saturating_add(gap)
        });
        self.last_end = Some(start.saturating_add(times.duration));
        continues
    }
}

impl<R: Read + Seek> ByteReader<'_, R> {
    /// Reads a `trak`; `None` if it is not of a video.
    pub(super) fn video_track(&mut self, trak: &Mp4Box) -> io::Result<Option<FragmentTrack>> {
        let (mut id, mut scale, mut is_video) = (None, None, false);
        let mut inner = [trak.start..trak.end, 0..0];
        // the children of `trak`, then those of its `mdia`
        for level in 0..inner.len() {
            let mut at = inner[level].start;
            while let Some(found) = self.mp4_box(at, inner[level].end)? {
                at = found.end;
                match &found.kind {
                    b"mdia" if level == 0 => inner[1] = found.start..found.end,
                    b"tkhd" => id = self.after_dates(&found)?,
                    b"mdhd" => scale = self.after_dates(&found)?,
                    b"hdlr" => is_video |= self.array(found.start + 8)? == Some(*b"vide"),
                    _ => {}
                }
            }
        }
        let track = id.zip(scale).filter(|_| is_video);
        Ok(track.map(|(id, scale)| FragmentTrack { id, scale, sample_duration: 0 }))
    }

    /// Reads the defaults for fragments of a track from an `mvex`.
    pub(super) fn add_defaults(
        &mut self,
        track: &mut FragmentTrack,
        mvex: &Mp4Box,
    ) -> io::Result<()> {
        let mut at = mvex.start;
        while let Some(found) = self.mp4_box(at, mvex.end)? {
            at = found.end;
            if found.kind == *b"trex" && self.u32(found.start + 4)? == Some(track.id) {
                track.sample_duration = self.u32(found.start + 12)?.unwrap_or(0);
            }
        }
        Ok(())
    }

    /// Reads the decode times of a track's samples in a `moof`; `None` if there are no such samples.
    pub(super) fn fragment_times(
        &mut self,
        moof: &Mp4Box,
        track: &FragmentTrack,
    ) -> io::Result<Option<FragmentTimes>> {
        let (mut times, mut at) = (None::<FragmentTimes>, moof.start);
        while let Some(found) = self.mp4_box(at, moof.end)? {
            at = found.end;
            if found.kind != *b"traf" {
                continue;
            }
            if let Some(more) = self.run_times(&found, track)? {
                let first = times.get_or_insert(FragmentTimes { start: more.start, duration: 0 });
                first.duration = first.duration.saturating_add(more.duration);
            }
        }
        Ok(times)
    }

    /// Reads a `traf`; `None` if it is of another track.
    fn run_times(
        &mut self,
        traf: &Mp4Box,
        track: &FragmentTrack,
    ) -> io::Result<Option<FragmentTimes>> {
        let (mut times, mut at) = (None::<FragmentTimes>, traf.start);
        let mut sample_duration = track.sample_duration;
        while let Some(found) = self.mp4_box(at, traf.end)? {
            at = found.end;
            let Some(flags) = self.u32(found.start)? else { break };
            match (&found.kind, &mut times) {
                (b"tfhd", None) => {
                    if self.u32(found.start + 4)? != Some(track.id) {
                        return Ok(None);
                    }
                    let before = 8 * (flags & 1) + 4 * (flags >> 1 & 1);
                    if flags & 8 != 0 {
                        let duration = self.u32(found.start + 8 + u64::from(before))?;
                        sample_duration = duration.unwrap_or(0);
                    }
                    times = Some(FragmentTimes { start: None, duration: 0 });
                }
                (b"tfdt", Some(times)) => {
                    times.start = match flags >> 24 {
                        0 => self.u32(found.start + 4)?.map(u64::from),
                        _ => self.u64(found.start + 4)?,
                    };
                }
                (b"trun", Some(times)) => {
                    let duration = self.run_duration(&found, flags, sample_duration)?;
                    times.duration = times.duration.saturating_add(duration);
                }
                _ => {}
            }
        }
        Ok(times)
    }

    /// Returns the duration of the samples of a `trun`, in units of the track.
    fn run_duration(&mut self, trun: &Mp4Box, flags: u32, sample_duration: u32) -> io::Result<u64> {
        let count = self.u32(trun.start + 4)?.unwrap_or(0);
        if flags & 0x100 == 0 {
            return Ok(u64::from(count) * u64::from(sample_duration));
        }
        // an offset of the data and flags of the first sample, then up to four numbers for each sample
        let first = trun.start + 8 + u64::from(4 * (flags & 1) + (flags & 4));
        let size = 4 * u64::from((flags >> 8 & 15).count_ones());
        let (mut duration, mut at) = (0u64, first);
        for _ in 0..count {
            if at + size > trun.end || !self.step() {
                break;
            }
            let Some(sample) = self.u32(at)? else { break };
            duration = duration.saturating_add(sample.into());
            at += size;
        }
        Ok(duration)
    }

    /// Reads a `sidx`. Returns the end of the fragments that it lists; `None` if that is not in the file.
    pub(super) fn end_of_indexed(&mut self, sidx: &Mp4Box) -> io::Result<Option<u64>> {
        let is_long = self.array(sidx.start)? != Some([0]);
        let (offset, table) = match is_long {
            false => (self.u32(sidx.start + 16)?.map(u64::from), sidx.start + 20),
            true => (self.u64(sidx.start + 20)?, sidx.start + 28),
        };
        let count = self.u32(table)?.unwrap_or(0) & 0xFFFF;
        let Some(mut end) = offset.and_then(|offset| sidx.end.checked_add(offset)) else {
            return Ok(None);
        };
        for entry in 0..u64::from(count) {
            let at = table + 4 + 12 * entry;
            if at + 12 > sidx.end {
                return Ok(None);
            }
            let Some(size) = self.u32(at)? else { return Ok(None) };
            // the highest bit marks an entry that refers to an index
            end = end.saturating_add(u64::from(size & 0x7FFF_FFFF));
        }
        Ok(Some(end).filter(|end| *end <= self.length))
    }

    /// Reads the index at the end of the file (`mfra`). Returns the offset of the last fragment in it if the
    /// index belongs to a file that begins at `start` and has its first fragment at `first`.
    pub(super) fn last_fragment(&mut self, start: u64, first: u64) -> io::Result<Option<u64>> {
        // the index ends with its own size
        let end = self.length;
        let Some(size) = self.u32(end.saturating_sub(4))? else { return Ok(None) };
        let Some(at) = end.checked_sub(size.into()) else { return Ok(None) };
        let is_index = |found: &Mp4Box| found.kind == *b"mfra" && found.end == end;
        let Some(mfra) = self.mp4_box(at, end)?.filter(is_index) else { return Ok(None) };
        let Some(tfra) = self.mp4_box(mfra.start, mfra.end)? else { return Ok(None) };
        if tfra.kind != *b"tfra" {
            return Ok(None);
        }
        let is_long = self.array(tfra.start)? == Some([1]);
        let (Some(lengths), Some(count)) = (self.u32(tfra.start + 8)?, self.u32(tfra.start + 12)?)
        else {
            return Ok(None);
        };
        let numbers = [4, 2, 0].map(|shift| u64::from(lengths >> shift & 3) + 1);
        let size = if is_long { 16 } else { 8 } + numbers.iter().sum::<u64>();
        let table = tfra.start + 16;
        let Some(last) = u64::from(count).checked_sub(1).map(|last| table + last * size) else {
            return Ok(None);
        };
        if last + size > tfra.end {
            return Ok(None);
        }
        let mut offset = |entry: u64| match is_long {
            true => self.u64(entry + 8),
            false => Ok(self.u32(entry + 4)?.map(u64::from)),
        };
        let (Some(found), Some(last)) = (offset(table)?, offset(last)?) else { return Ok(None) };
        let (found, last) = (start.saturating_add(found), start.saturating_add(last));
        let is_fragment = |found: Mp4Box| found.kind == *b"moof";
        let fits = found == first && self.mp4_box(last, end)?.is_some_and(is_fragment);
        Ok(fits.then_some(last))
    }
}
