//! The boxes of an MP4 or MOV file (ISO/IEC 14496-12, 4.2).

use super::byte_reader::ByteReader;
use std::io::{self, Read, Seek};

/// A box: its type and offsets.
pub(super) struct Mp4Box {
    pub(super) kind: [u8; 4],
    pub(super) at: u64,
    /// The offset of its content.
    pub(super) start: u64,
    pub(super) end: u64,
}

impl Mp4Box {
    pub(super) fn size(&self) -> u64 {
        self.end - self.at
    }
}

impl<R: Read + Seek> ByteReader<'_, R> {
    /// Reads the box at `at` in a parent that ends at `end`. Returns `None` after the last box, in damage
    /// and after too many boxes.
    pub(super) fn mp4_box(&mut self, at: u64, end: u64) -> io::Result<Option<Mp4Box>> {
        if !self.step() || at.saturating_add(8) > end {
            return Ok(None);
        }
        let Some(size) = self.u32(at)? else { return Ok(None) };
        let Some(kind) = self.array(at + 4)? else { return Ok(None) };
        let (header, size) = match size {
            0 => (8, end - at),
            1 => (16, self.u64(at + 8)?.unwrap_or(0)),
            size => (8, size.into()),
        };
        let fits = size >= header && size <= end - at;
        Ok(fits.then(|| Mp4Box { kind, at, start: at + header, end: at + size }))
    }

    /// Reads the number after the dates of creation and change in a header box (`tkhd`, `mdhd`, `mvhd`). The dates
    /// have 64 bits in version 1.
    pub(super) fn after_dates(&mut self, of: &Mp4Box) -> io::Result<Option<u32>> {
        let is_long = self.array(of.start)? == Some([1]);
        self.u32(of.start + if is_long { 20 } else { 12 })
    }
}
