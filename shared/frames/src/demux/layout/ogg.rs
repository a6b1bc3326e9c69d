//! Recordings of an Ogg file (RFC 3533): chained links. Each link begins with one page for the beginning of every
//! stream.
//!
//! As in libvorbisfile, the serial numbers of streams show where a link ends, so that few pages are read.
//! A link with the same serial numbers as the link before is not found.

use super::MOST_RECORDINGS;
use crate::demux::byte_reader::ByteReader;
use std::io::{self, Read, Seek};

const MAGIC: [u8; 4] = *b"OggS";
/// The length of a page's header before its table of segments, in bytes.
const HEADER: usize = 27;
/// The length of the longest page in bytes: a header, 255 segments and their table.
const MOST_PAGE: u64 = 65_307;
/// The limit on streams of a link.
const MOST_STREAMS: usize = 1000;
/// The largest gap between pages that is searched, in bytes.
const MOST_GAP: u64 = 16 * MOST_PAGE;

/// A page.
struct OggPage {
    at: u64,
    end: u64,
    serial: u32,
    begins_stream: bool,
}

/// Finds the offsets of the second link and later ones.
///
/// # Errors
/// Those of the reader.
pub(super) fn starts<R: Read + Seek>(bytes: &mut ByteReader<R>) -> io::Result<Vec<u64>> {
    let (mut starts, mut start) = (Vec::new(), 0);
    let Some(last) = last_page(bytes)? else { return Ok(starts) };
    while starts.len() < MOST_RECORDINGS {
        let (serials, end) = first_pages(bytes, start)?;
        if serials.is_empty() || last.at < end || serials.contains(&last.serial) {
            break;
        }
        match end_of_link(bytes, &serials, end, &last)? {
            Some(next) => start = next,
            None => break,
        }
        starts.push(start);
    }
    Ok(starts)
}

/// Reads the page that begins at `at`, if one does.
fn page_at<R: Read + Seek>(bytes: &mut ByteReader<R>, at: u64) -> io::Result<Option<OggPage>> {
    let Some(header) = bytes.array::<HEADER>(at)? else { return Ok(None) };
    let flags = header[5];
    if header[..4] != MAGIC || header[4] != 0 || flags > 7 {
        return Ok(None);
    }
    let segments = usize::from(header[26]);
    let table = bytes.from(at + HEADER as u64, segments)?;
    let content: u64 = table.iter().take(segments).map(|length| u64::from(*length)).sum();
    Ok(Some(OggPage {
        at,
        end: at + (HEADER + segments) as u64 + content,
        serial: u32::from_le_bytes([header[14], header[15], header[16], header[17]]),
        begins_stream: flags & 2 != 0,
    }))
}

/// Finds the first page that begins in `from..until`.
fn next_page<R: Read + Seek>(
    bytes: &mut ByteReader<R>,
    from: u64,
    until: u64,
) -> io::Result<Option<OggPage>> {
    let mut from = from;
    while let Some(found) = bytes.find(MAGIC, from..until)? {
        if !bytes.step() {
            break;
        }
        if let Some(page) = page_at(bytes, found)? {
            return Ok(Some(page));
        }
        from = found + 1;
    }
    Ok(None)
}

/// Finds the file's last page. Bytes after it do not matter.
fn last_page<R: Read + Seek>(bytes: &mut ByteReader<R>) -> io::Result<Option<OggPage>> {
    let (mut end, first) = (bytes.length, bytes.length.saturating_sub(MOST_GAP));
    let mut last = None;
    while last.is_none() && end > first {
        let mut start = end.saturating_sub(MOST_PAGE).max(first);
        let until = end;
        end = start;
        while let Some(page) = next_page(bytes, start, until)? {
            start = page.end.max(page.at + 1);
            last = Some(page);
        }
    }
    Ok(last)
}

/// Reads the pages that begin the streams of a link. Returns the streams' serial numbers and the end of these
/// pages.
fn first_pages<R: Read + Seek>(
    bytes: &mut ByteReader<R>,
    start: u64,
) -> io::Result<(Vec<u32>, u64)> {
    let (mut serials, mut at) = (Vec::new(), start);
    while let Some(page) = page_at(bytes, at)? {
        if !page.begins_stream || serials.len() == MOST_STREAMS || !bytes.step() {
            break;
        }
        serials.push(page.serial);
        at = page.end;
    }
    Ok((serials, at))
}

/// Finds the offset at which a link ends and the next one begins: that of the first page of another stream. The
/// pages from `start` on are searched. `last` is the last page of the file and of another stream. Returns `None` if
/// damage hides the offset.
fn end_of_link<R: Read + Seek>(
    bytes: &mut ByteReader<R>,
    serials: &[u32],
    start: u64,
    last: &OggPage,
) -> io::Result<Option<u64>> {
    // pages before `low` are of this link, the one at `next` is not, and none begins in `high..next`
    let (mut low, mut high, mut next) = (start, last.at, last.at);
    while low < high {
        let is_near = high - low <= 2 * MOST_PAGE;
        let middle = if is_near { low } else { low + (high - low) / 2 };
        let until = high.min(middle + MOST_GAP);
        match next_page(bytes, middle, until)? {
            Some(page) if serials.contains(&page.serial) => low = page.end.max(page.at + 1),
            None if until < high => return Ok(None),
            found => {
                next = found.map_or(next, |page| page.at);
                high = middle;
            }
        }
    }
    let next = page_at(bytes, next)?;
    Ok(next.filter(|page| page.begins_stream).map(|page| page.at))
}
