//! The tracks of an MP4: their edit lists (ISO/IEC 14496-12, 8.6.6) and whether they are encrypted.
//!
//! FFmpeg applies a list of one edit exactly. It loses frames of several edits, so these are applied by
//! the [`Timeline`](crate::demux::timeline::Timeline).

use std::io::{self, Read, Seek, SeekFrom};

/// The contents of an MP4, by its boxes.
#[derive(Debug)]
pub(crate) enum Boxes {
    /// A `moov` with these tracks.
    Movie(Vec<Track>),
    /// Items and no movie: a HEIF or AVIF photo.
    Photo,
    /// Not an MP4, or one whose boxes cannot be followed.
    Unknown,
}

/// The header of a track.
#[derive(Debug, Default)]
pub(crate) struct Track {
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
    /// How long it lasts, in units of the movie; 0 means up to the end of the media.
    pub(crate) duration: u64,
    /// Its start in the media; `None` if nothing is shown.
    pub(crate) media_time: Option<i64>,
    /// Whether the picture stands still for as long.
    pub(crate) dwells: bool,
}

impl Track {
    /// Whether it is a video of common encryption (ISO/IEC 14496-12, 8.12) or of Apple's.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.is_video && self.entries.iter().any(|entry| matches!(entry, b"encv" | b"drmi"))
    }

    /// Whether FFmpeg's own handling of edits is not enough: of anything but one edit, after an optional
    /// delay, it loses frames, and of one up to the end of a file without fragments it shows none.
    pub(crate) fn is_cut(&self) -> bool {
        let delays = self.edits.iter().take_while(|edit| edit.media_time.is_none()).count();
        match &self.edits[delays..] {
            [] => false,
            [only] => only.dwells || (only.duration == 0 && !self.is_fragmented),
            _ => true,
        }
    }
}

/// More boxes than any file has before the end of its `moov`.
const MOST_BOXES: usize = 100_000;
/// More edits than any editor writes.
const MOST_EDITS: u64 = 10_000;
/// Sample entries that are looked at.
const MOST_ENTRIES: usize = 16;

/// Reads the tracks of a file's first `moov`.
///
/// # Errors
/// Those of the reader. A file that ends early is [`Boxes::Unknown`].
pub(crate) fn read(reader: &mut (impl Read + Seek)) -> io::Result<Boxes> {
    let end = reader.seek(SeekFrom::End(0))?;
    match (Walk { reader, left: MOST_BOXES }).file(end) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Boxes::Unknown),
        found => found,
    }
}

/// A box: its type and where its content lies.
struct Content {
    kind: [u8; 4],
    start: u64,
    end: u64,
}

struct Walk<'a, R> {
    reader: &'a mut R,
    /// How many boxes may still be looked at.
    left: usize,
}

impl<R: Read + Seek> Walk<'_, R> {
    fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn u32(&mut self) -> io::Result<u32> {
        self.bytes().map(u32::from_be_bytes)
    }

    fn u64(&mut self) -> io::Result<u64> {
        self.bytes().map(u64::from_be_bytes)
    }

    /// The box at `at` in a parent that ends at `end`; `None` after the last one.
    fn content(&mut self, at: u64, end: u64) -> io::Result<Option<Content>> {
        if at.saturating_add(8) > end || self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        self.reader.seek(SeekFrom::Start(at))?;
        let size = self.u32()?;
        let kind = self.bytes()?;
        let (head, size) = match size {
            0 => (8, end - at),
            1 => (16, self.u64()?),
            size => (8, size.into()),
        };
        let fits = size >= head && size <= end - at;
        Ok(fits.then(|| Content { kind, start: at + head, end: at + size }))
    }

    fn file(&mut self, end: u64) -> io::Result<Boxes> {
        let (mut at, mut has_items, mut is_mp4) = (0, false, false);
        while let Some(found) = self.content(at, end)? {
            match &found.kind {
                b"moov" => return self.movie(&found).map(Boxes::Movie),
                b"ftyp" => is_mp4 = true,
                b"meta" => has_items = true,
                b"mdat" | b"free" | b"skip" | b"wide" | b"uuid" | b"pnot" => {}
                // the first box of any other file has a random type
                _ if at == 0 => return Ok(Boxes::Unknown),
                _ => {}
            }
            at = found.end;
        }
        Ok(if is_mp4 && has_items { Boxes::Photo } else { Boxes::Unknown })
    }

    fn movie(&mut self, movie: &Content) -> io::Result<Vec<Track>> {
        let (mut tracks, mut scale, mut at) = (Vec::<Track>::new(), 0, movie.start);
        let mut is_fragmented = false;
        while let Some(found) = self.content(at, movie.end)? {
            match &found.kind {
                b"mvhd" => scale = self.scale(&found)?,
                b"mvex" => is_fragmented = true,
                b"trak" => {
                    let mut track = Track::default();
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

    /// Reads a `trak`, or one of the boxes in it that have boxes.
    fn track(&mut self, track: &mut Track, of: &Content) -> io::Result<()> {
        let mut at = of.start;
        while let Some(found) = self.content(at, of.end)? {
            match (&of.kind, &found.kind) {
                (b"trak", b"mdia" | b"edts") | (b"mdia", b"minf") | (b"minf", b"stbl") => {
                    self.track(track, &found)?;
                }
                _ => {}
            }
            match &found.kind {
                b"hdlr" if of.kind == *b"mdia" => {
                    self.reader.seek(SeekFrom::Start(found.start + 8))?;
                    track.is_video = &self.bytes()? == b"vide";
                }
                b"stsd" => self.entries(track, &found)?,
                b"tkhd" => {
                    self.skip_dates(&found)?;
                    track.id = self.u32()?;
                }
                b"mdhd" => track.media_scale = self.scale(&found)?,
                b"elst" => track.edits = self.edits(&found)?,
                _ => {}
            }
            at = found.end;
        }
        Ok(())
    }

    /// Reads the types of the entries in an `stsd`.
    fn entries(&mut self, track: &mut Track, of: &Content) -> io::Result<()> {
        let mut at = of.start + 8;
        while let Some(found) = self.content(at, of.end)? {
            if track.entries.len() == MOST_ENTRIES {
                break;
            }
            track.entries.push(found.kind);
            at = found.end;
        }
        Ok(())
    }

    /// Goes to a full box's content, after its version and flags. Returns the version.
    fn version(&mut self, of: &Content) -> io::Result<u8> {
        self.reader.seek(SeekFrom::Start(of.start))?;
        self.bytes::<4>().map(|[version, ..]| version)
    }

    /// Goes to what follows the dates of creation and change in a header box, which have 64 bits in version 1.
    fn skip_dates(&mut self, of: &Content) -> io::Result<()> {
        let dates = if self.version(of)? == 1 { 16 } else { 8 };
        self.reader.seek(SeekFrom::Current(dates)).map(drop)
    }

    /// The time scale of an `mvhd` or `mdhd`.
    fn scale(&mut self, of: &Content) -> io::Result<u32> {
        self.skip_dates(of)?;
        self.u32()
    }

    fn edits(&mut self, of: &Content) -> io::Result<Vec<Edit>> {
        let version = self.version(of)?;
        let size = if version == 1 { 20 } else { 12 };
        let fits = (of.end - of.start).saturating_sub(8) / size;
        let count = u64::from(self.u32()?).min(fits).min(MOST_EDITS);
        let mut edits = Vec::new();
        for _ in 0..count {
            let (duration, media_time) = match version {
                1 => (self.u64()?, self.u64()? as i64),
                _ => (self.u32()?.into(), i64::from(self.u32()? as i32)),
            };
            let media_time = (media_time >= 0).then_some(media_time);
            edits.push(Edit { duration, media_time, dwells: self.u32()? == 0 });
        }
        Ok(edits)
    }
}
