//! Recordings of a Matroska or WebM file (RFC 9559), and the elements to hide in them.
//!
//! A recording is an EBML header and a Segment. The size of the Segment shows where the next recording begins.
//! Browsers and interrupted recorders leave that size unknown, so the clusters are walked. In a Segment, clusters
//! whose clock goes back or jumps are a recording with the same head; see `clusters`.

use super::{
    FileExtent, MOST_METADATA, MOST_PATCHES, MOST_RECORDINGS,
    ebml::{self, ElementHeader},
};
use crate::demux::byte_reader::ByteReader;
use std::{
    io::{self, Read, Seek},
    ops::Range,
};

pub(super) const EBML: u32 = 0x1A45_DFA3;
pub(super) const SEGMENT: u32 = 0x1853_8067;
const SEEK_HEAD: u32 = 0x114D_9B74;
const SEEK: u32 = 0x4DBB;
const SEEK_ID: u32 = 0x53AB;
const SEEK_POSITION: u32 = 0x53AC;
pub(super) const CUES: u32 = 0x1C53_BB6B;
const INFO: u32 = 0x1549_A966;
const TRACKS: u32 = 0x1654_AE6B;
pub(super) const CLUSTER: u32 = 0x1F43_B675;
const ATTACHMENTS: u32 = 0x1941_A469;
const CHAPTERS: u32 = 0x1043_A770;
const TAGS: u32 = 0x1254_C367;
pub(super) const VOID: u32 = 0xEC;
pub(super) const CRC: u32 = 0xBF;

/// The limit on the content of an EBML header after the first, in bytes.
const MOST_EBML_HEADER: usize = 256;
/// The document type must be within this many first bytes of an EBML header's content.
const DOC_TYPE_WITHIN: usize = 64;
/// The limit on references in SeekHead elements. FFmpeg follows 64.
const MOST_SEEKS: usize = 256;

/// An element.
pub(super) struct Element {
    header: ElementHeader,
    pub(super) at: u64,
    /// The offset of its content.
    pub(super) start: u64,
}

impl Element {
    pub(super) fn id(&self) -> u32 {
        self.header.id
    }

    /// Returns the offset of its end; `None` if its size is unknown.
    pub(super) fn end(&self) -> Option<u64> {
        self.header.size.map(|size| self.start.saturating_add(size))
    }

    /// Returns Void elements to write over its header; `None` if its size is unknown or too large for them.
    pub(super) fn void(&self) -> Option<Vec<u8>> {
        ebml::void(self.header.length, self.header.size?)
    }
}

/// One of several joined files.
pub(super) struct MatroskaFile {
    pub(super) extent: FileExtent,
    /// `Info` and `Tracks` are before the clusters.
    pub(super) info: Option<Element>,
    pub(super) tracks: Option<Element>,
    /// The first `MOST_PATCHES` Cues.
    pub(super) cues: Vec<Element>,
    /// The clusters with everything between and after them. Empty if there is no Segment.
    pub(super) clusters: Range<u64>,
}

impl MatroskaFile {
    fn new(start: u64) -> Self {
        let extent = FileExtent::new(start..u64::MAX);
        Self { extent, info: None, tracks: None, cues: Vec::new(), clusters: start..start }
    }

    /// Adds Cues: the index, which is hidden if the recording is split.
    pub(super) fn add_cues(&mut self, found: Element) {
        let size = found.header.size.unwrap_or(0);
        self.extent.index_size = self.extent.index_size.saturating_add(size);
        if self.cues.len() < MOST_PATCHES {
            self.cues.push(found);
        }
    }
}

/// Finds the recordings in a file that begins with an EBML header.
///
/// # Errors
/// Those of the reader.
pub(super) fn recordings<R: Read + Seek>(bytes: &mut ByteReader<R>) -> io::Result<Vec<FileExtent>> {
    let mut reader = MatroskaReader { bytes };
    let (mut files, mut start) = (Vec::new(), 0);
    loop {
        let (mut file, next) = reader.file(start)?;
        let next = next.filter(|_| files.len() + 1 < MOST_RECORDINGS);
        file.extent.range.end = next.unwrap_or(u64::MAX);
        files.push(file);
        match next {
            Some(next) => start = next,
            None => break,
        }
    }
    let (mut recordings, mut spare) = (Vec::new(), MOST_RECORDINGS - files.len());
    for file in files {
        let found = reader.split(file, spare)?;
        spare -= found.len() - 1;
        recordings.extend(found);
    }
    Ok(recordings)
}

/// Reads elements of joined files.
pub(super) struct MatroskaReader<'a, 'b, R> {
    pub(super) bytes: &'a mut ByteReader<'b, R>,
}

impl<R: Read + Seek> MatroskaReader<'_, '_, R> {
    /// Reads the element at `at`; `None` at the end of the file, in damage and after too many elements.
    pub(super) fn element(&mut self, at: u64) -> io::Result<Option<Element>> {
        if !self.bytes.step() {
            return Ok(None);
        }
        let found = ebml::header(self.bytes.from(at, ebml::MOST_HEADER)?);
        Ok(found.map(|header| Element { header, at, start: at + header.length as u64 }))
    }

    /// Reads the first element from `at` on that is not padding.
    fn after_padding(&mut self, mut at: u64) -> io::Result<Option<Element>> {
        loop {
            match self.element(at)? {
                Some(Element {
                    header: ElementHeader { id: VOID, size: Some(size), length },
                    ..
                }) => {
                    at = at.saturating_add(length as u64).saturating_add(size);
                }
                found => return Ok(found),
            }
        }
    }

    /// Reads the file that begins at `start`. Returns it and the offset of the next one.
    fn file(&mut self, start: u64) -> io::Result<(MatroskaFile, Option<u64>)> {
        let mut file = MatroskaFile::new(start);
        let Some(end) = self.element(start)?.and_then(|header| header.end()) else {
            return Ok((file, None));
        };
        let segment = match self.after_padding(end)? {
            Some(found) if found.id() == SEGMENT => found,
            _ => return Ok((file, None)),
        };
        let limit = segment.end().unwrap_or(u64::MAX);
        let mut seeks = Vec::new();
        let clusters = self.head(&mut file, &segment, &mut seeks)?;
        let next = match segment.end() {
            Some(end) => self.after_padding(end)?.map(|found| found.at),
            None => self.end_of_clusters(segment.start..clusters)?,
        };
        let next = match next {
            Some(at) if self.begins_recording(at)? => Some(at),
            _ => None,
        };
        let end = next.unwrap_or(u64::MAX);
        file.extent.range.end = end;
        file.clusters = clusters..limit.min(end);
        self.tail(&mut file, seeks, segment.start..limit.min(end))?;
        Ok((file, next))
    }

    /// Walks the elements before the first cluster, and hides some. Collects the offsets in the file that
    /// SeekHead elements refer to. Returns the offset at which the walk ended.
    fn head(
        &mut self,
        file: &mut MatroskaFile,
        segment: &Element,
        seeks: &mut Vec<u64>,
    ) -> io::Result<u64> {
        let (mut at, limit) = (segment.start, segment.end().unwrap_or(u64::MAX));
        while at < limit
            && let Some(found) = self.element(at)?
        {
            if matches!(found.id(), CLUSTER | EBML | SEGMENT) {
                break;
            }
            if found.id() == SEEK_HEAD {
                self.seek_head(&found, segment.start, seeks)?;
            }
            hide(&mut file.extent, &found);
            let end = found.end();
            match found.id() {
                INFO => file.info = Some(found),
                TRACKS => file.tracks = Some(found),
                CUES => file.add_cues(found),
                _ => {}
            }
            let Some(end) = end else { break };
            at = end;
        }
        Ok(at)
    }

    /// Visits the offsets in `within` that SeekHead elements refer to, to hide elements after the clusters
    /// too.
    fn tail(
        &mut self,
        file: &mut MatroskaFile,
        mut seeks: Vec<u64>,
        within: Range<u64>,
    ) -> io::Result<()> {
        let mut next = 0;
        while let Some(&at) = seeks.get(next) {
            next += 1;
            if !within.contains(&at) {
                continue;
            }
            let Some(found) = self.element(at)? else { continue };
            if found.id() == SEEK_HEAD {
                self.seek_head(&found, within.start, &mut seeks)?;
            }
            hide(&mut file.extent, &found);
            if found.id() == CUES {
                file.add_cues(found);
            }
        }
        Ok(())
    }

    /// Collects the offsets in the file that a SeekHead refers to. The SeekHead states them relative to the start
    /// of the Segment's content.
    fn seek_head(&mut self, of: &Element, base: u64, seeks: &mut Vec<u64>) -> io::Result<()> {
        let (mut at, Some(end)) = (of.start, of.end()) else { return Ok(()) };
        while at < end
            && seeks.len() < MOST_SEEKS
            && let Some(seek) = self.element(at)?
        {
            let Some(seek_end) = seek.end() else { break };
            if seek.id() == SEEK
                && let Some(position) = self.seek(&seek, seek_end)?
            {
                let place = base.saturating_add(position);
                if !seeks.contains(&place) {
                    seeks.push(place);
                }
            }
            at = seek_end;
        }
        Ok(())
    }

    /// Reads the position in an entry of a SeekHead; `None` for clusters, which FFmpeg does not visit.
    fn seek(&mut self, of: &Element, end: u64) -> io::Result<Option<u64>> {
        let (mut at, mut position) = (of.start, None);
        while at < end
            && let Some(found) = self.element(at)?
        {
            match (found.id(), found.header.size) {
                (SEEK_ID, Some(4)) if self.bytes.u32(found.start)? == Some(CLUSTER) => {
                    return Ok(None);
                }
                (SEEK_POSITION, Some(1..=8)) => position = self.number(&found)?,
                _ => {}
            }
            let Some(end) = found.end() else { break };
            at = end;
        }
        Ok(position)
    }

    /// Reads the number in an element; `None` if it has more than eight bytes or the file ends within.
    pub(super) fn number(&mut self, of: &Element) -> io::Result<Option<u64>> {
        let Some(size @ 0..=8) = of.header.size else { return Ok(None) };
        let size = size as usize;
        let digits = self.bytes.from(of.start, size)?.get(..size);
        let number =
            |digits: &[u8]| digits.iter().fold(0, |number, digit| number << 8 | u64::from(*digit));
        Ok(digits.map(number))
    }

    /// Walks the clusters of a Segment of unknown size, after the elements in `head`. Returns the offset of the
    /// next EBML header, if there is one. After damage, the header is searched from the last cluster on, or from
    /// the start of `head`: an element that was cut off may seem to contain it.
    fn end_of_clusters(&mut self, head: Range<u64>) -> io::Result<Option<u64>> {
        let Range { start: mut last, end: mut at } = head;
        let mut in_cluster = false;
        while at < self.bytes.length {
            let Some(found) = self.element(at)? else { break };
            let end = match found.id() {
                EBML if self.begins_recording(at)? => return Ok(Some(at)),
                CLUSTER => {
                    (last, in_cluster) = (at, found.end().is_none());
                    found.end().or(Some(found.start))
                }
                VOID | CRC => found.end(),
                id if in_cluster && is_in_cluster(id) => found.end(),
                SEEK_HEAD | CUES | ATTACHMENTS | CHAPTERS | TAGS => {
                    (last, in_cluster) = (at, false);
                    found.end()
                }
                _ => None,
            };
            match end.filter(|end| *end <= self.bytes.length) {
                Some(end) => at = end,
                None => break,
            }
        }
        if at == self.bytes.length { Ok(None) } else { self.search(last.saturating_add(1)) }
    }

    /// Finds the first EBML header of a recording at or after `from`.
    fn search(&mut self, mut from: u64) -> io::Result<Option<u64>> {
        while self.bytes.step()
            && let Some(found) = self.bytes.find(EBML.to_be_bytes(), from..self.bytes.length)?
        {
            if self.begins_recording(found)? {
                return Ok(Some(found));
            }
            from = found + 1;
        }
        Ok(None)
    }

    /// Returns whether an EBML header for Matroska or WebM is at `at`, and a Segment right after it.
    fn begins_recording(&mut self, at: u64) -> io::Result<bool> {
        let most = MOST_EBML_HEADER + 2 * ebml::MOST_HEADER;
        let bytes = self.bytes.from(at, most)?;
        let Some(ElementHeader { id: EBML, length, size: Some(size) }) = ebml::header(bytes) else {
            return Ok(false);
        };
        if size > MOST_EBML_HEADER as u64 {
            return Ok(false);
        }
        let (content, after) = match bytes[length..].split_at_checked(size as usize) {
            Some(split) => split,
            None => return Ok(false),
        };
        let content = &content[..content.len().min(DOC_TYPE_WITHIN)];
        let has = |text: &[u8]| content.windows(text.len()).any(|window| window == text);
        let is_matroska = has(&[0x42, 0x82]) && (has(b"matroska") || has(b"webm"));
        let segment = ebml::header(after).is_some_and(|header| header.id == SEGMENT);
        Ok(is_matroska && segment)
    }
}

/// Returns whether a cluster may contain elements of this id. Deprecated elements are included.
pub(super) fn is_in_cluster(id: u32) -> bool {
    matches!(id, 0xE7 | 0x5854 | 0xA7 | 0xAB | 0xA3 | 0xA0 | 0xAF)
}

/// Hides an element if FFmpeg would load much of it into memory.
fn hide(extent: &mut FileExtent, element: &Element) {
    let ElementHeader { id, size: Some(size), .. } = element.header else { return };
    let is_hidden = match id {
        ATTACHMENTS => true,
        TAGS | CHAPTERS => size > MOST_METADATA,
        _ => false,
    };
    if is_hidden && let Some(void) = element.void() {
        extent.patch(element.at - extent.range.start, void);
    }
}
