//! A reader that shows one recording of a file.

use super::{BytePatch, FileExtent};
use std::{
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
};

/// A reader that presents one recording as a file of its own, with its patches in place.
pub(crate) struct View<R> {
    reader: R,
    /// The bytes of the recording in the file.
    range: Range<u64>,
    patches: Vec<BytePatch>,
    /// Offset in the recording.
    position: u64,
}

impl<R: Read + Seek> View<R> {
    /// Begins at the recording's first byte.
    ///
    /// # Errors
    /// Those of the reader's seeks.
    pub(crate) fn new(mut reader: R, extent: &FileExtent) -> io::Result<Self> {
        let length = reader.seek(SeekFrom::End(0))?;
        let Range { start, end } = extent.range;
        let range = start..end.min(length).max(start);
        reader.seek(SeekFrom::Start(start))?;
        Ok(Self { reader, range, patches: extent.patches.clone(), position: 0 })
    }

    fn length(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// Writes the patches over bytes that were read at `at`.
    fn overlay(&self, at: u64, read: &mut [u8]) {
        let end = at + read.len() as u64;
        let first = self.patches.partition_point(|patch| patch.at + patch.bytes.len() as u64 <= at);
        for patch in self.patches.iter().skip(first).take_while(|patch| patch.at < end) {
            let hidden = at.saturating_sub(patch.at) as usize;
            let shown = patch.bytes.iter().skip(hidden);
            let skipped = patch.at.saturating_sub(at) as usize;
            read.iter_mut().skip(skipped).zip(shown).for_each(|(byte, shown)| *byte = *shown);
        }
    }
}

impl<R: Read + Seek> Read for View<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.length().saturating_sub(self.position);
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let count = self.reader.read(&mut buffer[..wanted])?;
        self.overlay(self.position, &mut buffer[..count]);
        self.position += count as u64;
        Ok(count)
    }
}

impl<R: Read + Seek> Seek for View<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(distance) => self.position.checked_add_signed(distance),
            SeekFrom::End(distance) => self.length().checked_add_signed(distance),
        };
        let place = position.and_then(|position| self.range.start.checked_add(position));
        let (Some(position), Some(place)) = (position, place) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        self.reader.seek(SeekFrom::Start(place))?;
        self.position = position;
        Ok(position)
    }

    fn stream_position(&mut self) -> io::Result<u64> {
        Ok(self.position)
    }
}
