//! Clusters of a Matroska Segment whose clock goes back or jumps. They are another recording with the same head.
//!
//! Only files of up to 32 MiB are examined. In a larger one, a walk over all clusters would read too much. The time
//! of a cluster is that of its first block of the first video track. The blocks after it are read only if a cluster
//! does not begin later than the one before, or begins long after it. So a clock that goes back by less than the
//! length of the cluster before is not found.

use super::{
    FileExtent, ebml,
    matroska::{
        self, CLUSTER, CRC, CUES, EBML, Element, MatroskaFile, MatroskaReader, SEGMENT, VOID,
    },
};
use std::{
    io::{self, Read, Seek},
    ops::Range,
};

const TIMECODE_SCALE: u32 = 0x002A_D7B1;
const TRACK_ENTRY: u32 = 0xAE;
const TRACK_NUMBER: u32 = 0xD7;
const TRACK_TYPE: u32 = 0x83;
const TIMECODE: u32 = 0xE7;
const SIMPLE_BLOCK: u32 = 0xA3;
const BLOCK_GROUP: u32 = 0xA0;
const BLOCK: u32 = 0xA1;
const REFERENCE_BLOCK: u32 = 0xFB;

/// The type of a video track.
const VIDEO: u64 = 1;
/// The bit of a SimpleBlock's flags that marks a keyframe.
const KEYFRAME: u8 = 0x80;
/// The largest file whose clusters are walked, in bytes.
const MOST_SIZE: u64 = 32 << 20;
/// The size of the header of a Void over clusters, in bytes. A size of four bytes covers `MOST_SIZE`.
const SKIP_HEADER: u64 = 5;
/// The default unit of a file's times, in nanoseconds.
const DEFAULT_SCALE: u64 = 1_000_000;
/// Frames are stored in decode order, so a cluster may begin this much earlier than the last one ends, in
/// nanoseconds.
const MOST_OVERLAP: i64 = 1_000_000_000;
/// The longest gap between clusters of one recording, in nanoseconds.
const MOST_GAP: i64 = 600 * 1_000_000_000;

/// The clock of consecutive clusters. Its times are in nanoseconds.
struct ClusterClock {
    /// The number of the video track.
    track: u64,
    /// The unit of the file's times.
    scale: i64,
    last: Option<Cluster>,
}

/// A cluster with video.
struct Cluster {
    element: Element,
    /// In units of the file.
    timecode: i64,
    /// The time of its first block.
    start: i64,
    /// The greatest time of its blocks, once computed.
    end: Option<i64>,
}

/// A block of the video.
struct ClusterBlock {
    /// Relative to its cluster, in units of the file.
    time: i16,
    is_keyframe: bool,
    /// The offset of the next block.
    next: u64,
}

impl ClusterClock {
    fn time(&self, timecode: i64, block: &ClusterBlock) -> i64 {
        timecode.saturating_add(block.time.into()).saturating_mul(self.scale)
    }
}

impl<R: Read + Seek> MatroskaReader<'_, '_, R> {
    /// Splits a file at the clusters that begin another recording, at `spare` of them at most. The Cues of a split
    /// file refer to times of more than one clock, so they are hidden. The `Duration` stays that of the whole
    /// Segment.
    pub(super) fn split(
        &mut self,
        mut file: MatroskaFile,
        spare: usize,
    ) -> io::Result<Vec<FileExtent>> {
        let cuts = self.cuts(&mut file, spare)?;
        if cuts.is_empty() {
            return Ok(vec![file.extent]);
        }
        let (whole, clusters) = (file.extent, file.clusters.start);
        let start = whole.range.start;
        let begins = [clusters].into_iter().chain(cuts.iter().copied());
        let ends = cuts.iter().copied().chain([whole.range.end]);
        let recording = |own: Range<u64>| {
            let mut recording = FileExtent::new(start..own.end);
            // the clusters of earlier recordings
            let skipped = (own.start - clusters).checked_sub(SKIP_HEADER);
            if let Some(void) = skipped.and_then(|size| ebml::void(SKIP_HEADER as usize, size)) {
                recording.patch(clusters - start, void);
            }
            for cues in &file.cues {
                if let Some(void) = cues.void() {
                    recording.patch(cues.at - start, void);
                }
            }
            for patch in &whole.patches {
                recording.patch(patch.at, patch.bytes.clone());
            }
            recording
        };
        Ok(begins.zip(ends).map(|(begin, end)| recording(begin..end)).collect())
    }

    /// Walks the clusters of a file that is not too large, and adds the Cues among them. Returns the offsets of
    /// up to `most` clusters that begin a recording.
    fn cuts(&mut self, file: &mut MatroskaFile, most: usize) -> io::Result<Vec<u64>> {
        let mut cuts = Vec::new();
        if most == 0 || self.bytes.length > MOST_SIZE {
            return Ok(cuts);
        }
        let Some(mut clock) = self.clock(file)? else { return Ok(cuts) };
        let mut at = file.clusters.start;
        while at < file.clusters.end
            && let Some(found) = self.element(at)?
        {
            let (id, start, end) = (found.id(), found.start, found.end());
            match id {
                EBML | SEGMENT => break,
                CUES => file.add_cues(found),
                CLUSTER if cuts.len() < most && !self.continues(found, &mut clock)? => {
                    cuts.push(at)
                }
                _ => {}
            }
            at = match end {
                Some(end) => end,
                None if id == CLUSTER => start,
                None => break,
            };
        }
        Ok(cuts)
    }

    /// Reads the facts on which the times of a file depend; `None` if there is no video.
    fn clock(&mut self, file: &MatroskaFile) -> io::Result<Option<ClusterClock>> {
        let Some(tracks) = &file.tracks else { return Ok(None) };
        let Some(track) = self.video_track(tracks)? else { return Ok(None) };
        let scale = match &file.info {
            Some(info) => self.number_in(info, TIMECODE_SCALE)?,
            None => None,
        };
        let scale = scale.filter(|scale| *scale > 0).unwrap_or(DEFAULT_SCALE);
        let scale = i64::try_from(scale).unwrap_or(i64::MAX);
        Ok(Some(ClusterClock { track, scale, last: None }))
    }

    /// Returns the number of the first video track.
    fn video_track(&mut self, tracks: &Element) -> io::Result<Option<u64>> {
        let mut at = tracks.start;
        while let Some((found, end)) = self.inner(tracks, at)? {
            if found.id() == TRACK_ENTRY && self.number_in(&found, TRACK_TYPE)? == Some(VIDEO) {
                return self.number_in(&found, TRACK_NUMBER);
            }
            at = end;
        }
        Ok(None)
    }

    /// Adds a cluster to the clock. Returns `false` if it begins a recording: the clock goes back or jumps, and
    /// the first frame is a keyframe, which can be decoded without earlier ones. Clusters without video are
    /// ignored.
    fn continues(&mut self, element: Element, clock: &mut ClusterClock) -> io::Result<bool> {
        let Some(timecode) = self.number_in(&element, TIMECODE)? else { return Ok(true) };
        let Some(block) = self.video_block(&element, clock.track, element.start)? else {
            return Ok(true);
        };
        // FFmpeg reads it as a signed number too
        let timecode = timecode.cast_signed();
        let start = clock.time(timecode, &block);
        let next = Cluster { element, timecode, start, end: None };
        let (is_back, is_forward) = match clock.last.take() {
            Some(mut last)
                if start <= last.start || start > last.start.saturating_add(MOST_GAP) =>
            {
                let end = self.end_of_video(&last, clock)?;
                last.end = Some(end);
                clock.last = Some(last);
                (start.saturating_add(MOST_OVERLAP) < end, start > end.saturating_add(MOST_GAP))
            }
            _ => (false, false),
        };
        if is_back && !block.is_keyframe {
            // the next cluster with a keyframe is compared with the clock before the jump
            return Ok(true);
        }
        clock.last = Some(next);
        Ok(!(is_back || is_forward && block.is_keyframe))
    }

    /// Returns the greatest time of a cluster's video blocks.
    fn end_of_video(&mut self, cluster: &Cluster, clock: &ClusterClock) -> io::Result<i64> {
        if let Some(end) = cluster.end {
            return Ok(end);
        }
        let (mut end, mut at) = (cluster.start, cluster.element.start);
        while let Some(block) = self.video_block(&cluster.element, clock.track, at)? {
            end = end.max(clock.time(cluster.timecode, &block));
            at = block.next;
        }
        Ok(end)
    }

    /// Reads the first block of a track at or after `at` in a cluster.
    fn video_block(
        &mut self,
        cluster: &Element,
        track: u64,
        mut at: u64,
    ) -> io::Result<Option<ClusterBlock>> {
        while let Some((found, next)) = self.inner(cluster, at)? {
            at = next;
            let (start, group) = match found.id() {
                SIMPLE_BLOCK => (found.start, None),
                BLOCK_GROUP => match self.child(&found, BLOCK)? {
                    Some(block) => (block.start, Some(found)),
                    None => continue,
                },
                _ => continue,
            };
            // the track's number, a time of two bytes and flags
            let bytes = self.bytes.from(start, ebml::MOST_HEADER)?;
            let Some(number) = ebml::number(bytes) else { continue };
            let Some(&[high, low, flags, ..]) = bytes.get(number.length..) else { continue };
            if number.value == track {
                let time = i16::from_be_bytes([high, low]);
                let is_keyframe = match group {
                    Some(group) => self.child(&group, REFERENCE_BLOCK)?.is_none(),
                    None => flags & KEYFRAME != 0,
                };
                return Ok(Some(ClusterBlock { time, is_keyframe, next }));
            }
        }
        Ok(None)
    }

    /// Reads the number in the first child with this id.
    fn number_in(&mut self, parent: &Element, id: u32) -> io::Result<Option<u64>> {
        match self.child(parent, id)? {
            Some(found) => self.number(&found),
            None => Ok(None),
        }
    }

    /// Returns the first child with this id.
    fn child(&mut self, parent: &Element, id: u32) -> io::Result<Option<Element>> {
        let mut at = parent.start;
        while let Some((found, end)) = self.inner(parent, at)? {
            if found.id() == id {
                return Ok(Some(found));
            }
            at = end;
        }
        Ok(None)
    }

    /// Reads the element at `at` in a parent. Returns it and its end; `None` after the last one, or if its size is
    /// unknown.
    fn inner(&mut self, parent: &Element, at: u64) -> io::Result<Option<(Element, u64)>> {
        if parent.end().is_some_and(|end| at >= end) {
            return Ok(None);
        }
        let Some(found) = self.element(at)? else { return Ok(None) };
        let belongs = parent.end().is_some()
            || matches!(found.id(), VOID | CRC)
            || matroska::is_in_cluster(found.id());
        Ok(found.end().filter(|_| belongs).map(|end| (found, end)))
    }
}
