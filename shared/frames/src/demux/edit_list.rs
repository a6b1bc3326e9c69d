//! The tracks of an MP4: their edit lists (ISO/IEC 14496-12, 8.6.6) and whether they are encrypted.
//!
//! FFmpeg applies a list of one edit exactly. It loses frames if there are several edits, so the
//! [`Timeline`](crate::demux::timeline::Timeline) applies those.

use super::{byte_reader::ByteReader, mp4_box::Mp4Box};
use std::io::{self, Read, Seek};

/// The contents of an MP4, by its boxes.
#[derive(Debug)]
pub(crate) enum Mp4Contents {
    /// A `moov` with these tracks.
    Movie(Vec<Mp4Track>),
    /// Items and no movie: a HEIF or AVIF photo.
    Photo,
    /// Not an MP4, or one whose boxes cannot be followed.
    Unknown,
}

/// The header of a track.
#[derive(Debug, Default)]
pub(crate) struct Mp4Track {
    /// FFmpeg's id of the stream.
    pub(crate) id: u32,
    /// Units in a second of the edits' durations.
    pub(crate) movie_scale: u32,
    /// Units in a second of the edits' media times.
    pub(crate) media_scale: u32,
    pub(crate) edits: Vec<Edit>,
    /// Whether fragments may follow.
    is_fragmented: bool,
    is_video: bool,
    /// The types of its first sample entries.
    entries: Vec<[u8; 4]>,
}

/// One entry of an edit list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    /// The duration in units of the movie; 0 means up to the end of the media.
    pub(crate) duration: u64,
    /// Its start in the media; `None` if nothing is shown.
    pub(crate) media_time: Option<i64>,
    /// Whether the picture stands still for the whole duration.
    pub(crate) dwells: bool,
}

impl Mp4Track {
    /// Returns whether it is a video with common encryption (ISO/IEC 14496-12, 8.12) or Apple's.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.is_video && self.entries.iter().any(|entry| matches!(entry, b"encv" | b"drmi"))
    }

    /// Returns whether FFmpeg cannot apply the edits itself. FFmpeg handles one edit after an optional delay. It
    /// loses frames of any other list, and shows no frame of one edit up to the end of a file without fragments.
    pub(crate) fn is_cut(&self) -> bool {
        let delays = self.edits.iter().take_while(|edit| edit.media_time.is_none()).count();
        match &self.edits[delays..] {
            [] => false,
            [only] => only.dwells || (only.duration == 0 && !self.is_fragmented),
            _ => true,
        }
    }
}

/// The limit on boxes up to the end of a `moov`.
const MOST_BOXES: u32 = 100_000;
/// The limit on edits, which no editor reaches.
const MOST_EDITS: u64 = 10_000;
/// The number of sample entries that are read.
const MOST_ENTRIES: usize = 16;

/// Reads the tracks of a file's first `moov`.
///
/// # Errors
/// Those of the reader. A file that ends early is [`Mp4Contents::Unknown`].
pub(crate) fn read(reader: &mut (impl Read + Seek)) -> io::Result<Mp4Contents> {
    match (TrackReader { bytes: ByteReader::new(reader, MOST_BOXES)? }).file() {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Mp4Contents::Unknown),
        found => found,
    }
}

/// Reads tracks. Fails with [`io::ErrorKind::UnexpectedEof`] if the file ends within a box.
struct TrackReader<'a, R> {
    bytes: ByteReader<'a, R>,
}

impl<R: Read + Seek> TrackReader<'_, R> {
    fn array<const N: usize>(&mut self, at: u64) -> io::Result<[u8; N]> {
        self.bytes.array(at)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn u32(&mut self, at: u64) -> io::Result<u32> {
        self.array(at).map(u32::from_be_bytes)
    }

    fn u64(&mut self, at: u64) -> io::Result<u64> {
        self.array(at).map(u64::from_be_bytes)
    }

    /// Reads the number after the dates of a header box.
    fn after_dates(&mut self, of: &Mp4Box) -> io::Result<u32> {
        self.bytes.after_dates(of)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn file(&mut self) -> io::Result<Mp4Contents> {
        let (mut at, mut has_items, mut is_mp4) = (0, false, false);
        while let Some(found) = self.bytes.mp4_box(at, self.bytes.length)? {
            match &found.kind {
                b"moov" => return self.movie(&found).map(Mp4Contents::Movie),
                b"ftyp" => is_mp4 = true,
                b"meta" => has_items = true,
                b"mdat" | b"free" | b"skip" | b"wide" | b"uuid" | b"pnot" => {}
                // the first box of any other file has a random type
                _ if at == 0 => return Ok(Mp4Contents::Unknown),
                _ => {}
            }
            at = found.end;
        }
        Ok(if is_mp4 && has_items { Mp4Contents::Photo } else { Mp4Contents::Unknown })
    }

    fn movie(&mut self, movie: &Mp4Box) -> io::Result<Vec<Mp4Track>> {
        let (mut tracks, mut scale, mut at) = (Vec::<Mp4Track>::new(), 0, movie.start);
        let mut is_fragmented = false;
        while let Some(found) = self.bytes.mp4_box(at, movie.end)? {
            match &found.kind {
                b"mvhd" => scale = self.after_dates(&found)?,
                b"mvex" => is_fragmented = true,
                b"trak" => {
                    let mut track = Mp4Track::default();
                    self.track(&mut track, &found)?;
                    tracks.push(track);
                }
                _ => {}
            }
            at = found.end;
        }
        for track in &mut tracks {
            (track.movie_scale, track.is_fragmented) = (scale, is_fragmented);
        }
        Ok(tracks)
    }

    /// Reads a `trak`, or a box in it that contains boxes.
    fn track(&mut self, track: &mut Mp4Track, of: &Mp4Box) -> io::Result<()> {
        let mut at = of.start;
        while let Some(found) = self.bytes.mp4_box(at, of.end)? {
            match (&of.kind, &found.kind) {
                (b"trak", b"mdia" | b"edts") | (b"mdia", b"minf") | (b"minf", b"stbl") => {
                    self.track(track, &found)?;
                }
                _ => {}
            }
            match &found.kind {
                b"hdlr" if of.kind == *b"mdia" => {
                    track.is_video = &self.array(found.start + 8)? == b"vide";
                }
                b"stsd" => self.entries(track, &found)?,
                b"tkhd" => track.id = self.after_dates(&found)?,
                b"mdhd" => track.media_scale = self.after_dates(&found)?,
                b"elst" => track.edits = self.edits(&found)?,
                _ => {}
            }
            at = found.end;
        }
        Ok(())
    }

    /// Reads the types of the entries in an `stsd`.
    fn entries(&mut self, track: &mut Mp4Track, of: &Mp4Box) -> io::Result<()> {
        let mut at = of.start + 8;
        while let Some(found) = self.bytes.mp4_box(at, of.end)? {
            if track.entries.len() == MOST_ENTRIES {
                break;
            }
            track.entries.push(found.kind);
            at = found.end;
        }
        Ok(())
    }

    /// Reads an `elst`.
    fn edits(&mut self, of: &Mp4Box) -> io::Result<Vec<Edit>> {
        let [version] = self.array(of.start)?;
        let size = if version == 1 { 20 } else { 12 };
        let fits = (of.end - of.start).saturating_sub(8) / size;
        let count = u64::from(self.u32(of.start + 4)?).min(fits).min(MOST_EDITS);
        let mut edits = Vec::new();
        for number in 0..count {
            let at = of.start + 8 + number * size;
            let (duration, media_time) = match version {
                1 => (self.u64(at)?, self.u64(at + 8)?.cast_signed()),
                _ => (self.u32(at)?.into(), self.u32(at + 4)?.cast_signed().into()),
            };
            let media_time = (media_time >= 0).then_some(media_time);
            let rate = self.u32(at + size - 4)?;
            edits.push(Edit { duration, media_time, dwells: rate == 0 });
        }
        Ok(edits)
    }
}
