//! Recordings of an MP4 or MOV file (ISO/IEC 14496-12), and the boxes to hide in them.
//!
//! Only a fragmented file can hold several recordings. A second `moov` after fragments begins another file, and
//! fragments whose clock goes back or jumps are a recording with the same `moov`. If plain files follow each other,
//! players show the first.

use super::{
    FileExtent, MOST_METADATA, MOST_PATCHES, MOST_RECORDINGS,
    fragments::{FragmentClock, FragmentTrack},
};
use crate::demux::{byte_reader::ByteReader, mp4_box::Mp4Box};
use std::io::{self, Read, Seek};

/// The largest metadata outside of `moov` that FFmpeg may load, in bytes. A photo has its items there.
const MOST_ITEMS: u64 = 1 << 20;
/// The type of a box whose content is skipped.
const FREE: [u8; 4] = *b"free";

/// Returns whether a file may begin with a box of this type.
pub(super) fn is_first_box(kind: &[u8; 4]) -> bool {
    matches!(
        kind,
        b"ftyp"
            | b"moov"
            | b"mdat"
            | b"free"
            | b"skip"
            | b"wide"
            | b"pnot"
            | b"styp"
            | b"udta"
            | b"uuid"
    )
}

/// A `moov`.
struct Movie {
    end: u64,
    /// Whether fragments may follow.
    is_fragmented: bool,
    /// The first video, if there is one.
    track: Option<FragmentTrack>,
}

/// One of several joined files.
#[derive(Default)]
struct Mp4File {
    start: u64,
    movie: Option<Movie>,
    has_fragments: bool,
    /// Whether an index lists the fragments. If so, their clock is not examined.
    has_index: bool,
    clock: FragmentClock,
    /// The offsets of fragments that begin a recording because the clock goes back or jumps.
    cuts: Vec<u64>,
}

impl Mp4File {
    fn is_fragmented(&self) -> bool {
        self.movie.as_ref().is_some_and(|movie| movie.is_fragmented)
    }
}

/// Finds the recordings in a file.
///
/// # Errors
/// Those of the reader.
pub(super) fn recordings<R: Read + Seek>(bytes: &mut ByteReader<R>) -> io::Result<Vec<FileExtent>> {
    let mut reader =
        Mp4Reader { bytes, file: Mp4File::default(), done: Vec::new(), hidden: Vec::new() };
    reader.read()?;
    reader.finish(u64::MAX);
    Ok(reader.done)
}

/// Walks the boxes of joined files.
struct Mp4Reader<'a, 'b, R> {
    bytes: &'a mut ByteReader<'b, R>,
    /// The current one of the joined files.
    file: Mp4File,
    done: Vec<FileExtent>,
    /// The offsets of boxes to hide in the current file.
    hidden: Vec<u64>,
}

impl<R: Read + Seek> Mp4Reader<'_, '_, R> {
    fn read(&mut self) -> io::Result<()> {
        let end = self.bytes.length;
        // the offset of the next file, if a `moov` follows, and that of the next fragment with the boxes before it
        let (mut header, mut lead, mut at) = (None, None, 0);
        while let Some(found) = self.bytes.mp4_box(at, end)? {
            let lead_in = *lead.get_or_insert(at);
            at = found.end;
            match &found.kind {
                b"ftyp" => header = Some(found.at),
                b"moov" => {
                    self.movie(&found, header.take().unwrap_or(found.at))?;
                    lead = None;
                }
                b"moof" => {
                    at = self.fragment(&found, lead_in)?;
                    (header, lead) = (None, None);
                }
                b"sidx" if self.file.is_fragmented() => {
                    (self.file.has_fragments, self.file.has_index) = (true, true);
                    match self.bytes.end_of_indexed(&found)? {
                        Some(end) => at = end,
                        None => return Ok(()),
                    }
                }
                b"mfra" => self.file.has_index = true,
                b"mdat" => lead = None,
                b"udta" | b"meta" if found.size() > MOST_ITEMS => self.hidden.push(found.at),
                _ => {}
            }
            if self.done.len() + self.file.cuts.len() + 2 > MOST_RECORDINGS {
                break;
            }
        }
        Ok(())
    }

    /// Reads a `moov`: that of the current file, or of the next one, which begins at `start`.
    fn movie(&mut self, moov: &Mp4Box, start: u64) -> io::Result<()> {
        if self.file.movie.is_some() {
            if !self.file.is_fragmented() || !self.file.has_fragments {
                return Ok(());
            }
            self.finish(start);
            self.file = Mp4File { start, ..Mp4File::default() };
        }
        let (mut track, mut extends, mut at) = (None, None, moov.start);
        while let Some(found) = self.bytes.mp4_box(at, moov.end)? {
            self.hide(&found);
            at = found.end;
            match &found.kind {
                b"trak" => {
                    self.hide_in(&found)?;
                    if track.is_none() {
                        track = self.bytes.video_track(&found)?;
                    }
                }
                b"mvex" => extends = Some(found),
                _ => {}
            }
        }
        if let (Some(track), Some(extends)) = (&mut track, &extends) {
            self.bytes.add_defaults(track, extends)?;
        }
        self.file.movie = Some(Movie { end: moov.end, is_fragmented: extends.is_some(), track });
        Ok(())
    }

    /// Hides metadata in a `trak`.
    fn hide_in(&mut self, trak: &Mp4Box) -> io::Result<()> {
        let mut at = trak.start;
        while let Some(found) = self.bytes.mp4_box(at, trak.end)? {
            self.hide(&found);
            at = found.end;
        }
        Ok(())
    }

    /// Hides a box of large metadata.
    fn hide(&mut self, found: &Mp4Box) {
        if matches!(&found.kind, b"udta" | b"meta") && found.size() > MOST_METADATA {
            self.hidden.push(found.at);
        }
    }

    /// Reads the `moof` of a fragment that begins at `lead_in`. Returns the offset of the next box to read.
    fn fragment(&mut self, moof: &Mp4Box, lead_in: u64) -> io::Result<u64> {
        let file = &mut self.file;
        let Some(movie) = file.movie.as_ref().filter(|movie| movie.is_fragmented) else {
            return Ok(moof.end);
        };
        if !file.has_fragments {
            file.has_fragments = true;
            if let Some(last) = self.bytes.last_fragment(file.start, moof.at)? {
                file.has_index = true;
                return Ok(last.max(moof.end));
            }
        }
        if !file.has_index
            && let Some(track) = &movie.track
            && let Some(times) = self.bytes.fragment_times(moof, track)?
            && !file.clock.continues(&times, track)
        {
            file.cuts.push(lead_in);
        }
        Ok(moof.end)
    }

    /// Ends the current file at `end`, and adds its recordings.
    fn finish(&mut self, end: u64) {
        let Mp4File { start, movie, has_index, cuts, .. } = std::mem::take(&mut self.file);
        let mut hidden: Vec<_> = self.hidden.extract_if(.., |at| *at < end).collect();
        hidden.truncate(MOST_PATCHES);
        let cuts = if has_index { Vec::new() } else { cuts };
        let ends = cuts.iter().copied().chain([end]);
        let begins = [None].into_iter().chain(cuts.iter().copied().map(Some));
        for (begin, end) in begins.zip(ends) {
            let mut recording = FileExtent::new(start..end);
            if let Some(movie) = &movie {
                // the fragments of earlier recordings
                let skipped = begin.map_or(movie.end..movie.end, |begin| movie.end..begin);
                if !skipped.is_empty() {
                    let free = free(skipped.end - skipped.start);
                    recording.patch(skipped.start - start, free);
                }
                for at in hidden.iter().filter(|at| !skipped.contains(at)) {
                    recording.patch(at + 4 - start, FREE.to_vec());
                }
            }
            self.done.push(recording);
        }
    }
}

/// Returns the header of a `free` box of this size in bytes, header included.
fn free(size: u64) -> Vec<u8> {
    match u32::try_from(size) {
        Ok(size) => [size.to_be_bytes(), FREE].concat(),
        Err(_) => [&[0, 0, 0, 1], &FREE[..], &size.to_be_bytes()].concat(),
    }
}
