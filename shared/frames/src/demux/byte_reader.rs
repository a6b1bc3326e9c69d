//! Reads at any offset of a file, through a small buffer.

use std::{
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
};

/// The size of one read of a walk over headers, in bytes.
const HEADERS: usize = 4 << 10;
/// The size of one read of a search, in bytes.
const SEARCH: usize = 64 << 10;

/// Reads the bytes of a file at any offset.
pub(super) struct ByteReader<'a, R> {
    reader: &'a mut R,
    /// The length of the file in bytes.
    pub(super) length: u64,
    buffer: Vec<u8>,
    /// The offset of the buffer's first byte in the file.
    start: u64,
    /// The number of steps that are left.
    steps: u32,
}

impl<'a, R: Read + Seek> ByteReader<'a, R> {
    /// `steps` limits the length of walks over the file.
    pub(super) fn new(reader: &'a mut R, steps: u32) -> io::Result<Self> {
        let length = reader.seek(SeekFrom::End(0))?;
        Ok(Self { reader, length, buffer: Vec::new(), start: 0, steps })
    }

    /// Counts a step of a walk. Returns `false` after too many.
    pub(super) fn step(&mut self) -> bool {
        self.steps = self.steps.saturating_sub(1);
        self.steps > 0
    }

    /// Returns the buffered bytes from `at` on: at least `least`, fewer only at the end of the file. Reads
    /// `ahead` bytes if the buffer has too few.
    pub(super) fn look(&mut self, at: u64, least: usize, ahead: usize) -> io::Result<&[u8]> {
        let left = self.length.saturating_sub(at);
        let least = usize::try_from(left).unwrap_or(usize::MAX).min(least);
        let skipped = at.checked_sub(self.start).and_then(|skipped| usize::try_from(skipped).ok());
        if let Some(skipped) = skipped
            && self.buffer.len().saturating_sub(skipped) >= least
        {
            return Ok(self.buffer.get(skipped..).unwrap_or_default());
        }
        self.fill(at, least, ahead.max(least))?;
        Ok(&self.buffer)
    }

    /// Reads into the buffer until it has `least` bytes, or `most` if the reader returns as many at once.
    fn fill(&mut self, at: u64, least: usize, most: usize) -> io::Result<()> {
        // leaves the buffer empty if the reader fails
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(most, 0);
        self.reader.seek(SeekFrom::Start(at))?;
        self.start = at;
        let mut filled = 0;
        while filled < least {
            match self.reader.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        buffer.truncate(filled);
        self.buffer = buffer;
        Ok(())
    }

    /// Returns the bytes from `at` on, at least `least` of them unless the file ends.
    pub(super) fn from(&mut self, at: u64, least: usize) -> io::Result<&[u8]> {
        self.look(at, least, HEADERS)
    }

    /// Returns the bytes at an offset; `None` if the file ends within.
    pub(super) fn array<const N: usize>(&mut self, at: u64) -> io::Result<Option<[u8; N]>> {
        Ok(self.from(at, N)?.first_chunk().copied())
    }

    /// Returns the number at an offset, most significant byte first; `None` if the file ends within.
    pub(super) fn u32(&mut self, at: u64) -> io::Result<Option<u32>> {
        Ok(self.array(at)?.map(u32::from_be_bytes))
    }

    /// Returns the number at an offset, most significant byte first; `None` if the file ends within.
    pub(super) fn u64(&mut self, at: u64) -> io::Result<Option<u64>> {
        Ok(self.array(at)?.map(u64::from_be_bytes))
    }

    /// Returns the offset of the first of these four bytes that begin in a range.
    pub(super) fn find(&mut self, magic: [u8; 4], range: Range<u64>) -> io::Result<Option<u64>> {
        let mut at = range.start;
        while at < range.end {
            let bytes = self.look(at, magic.len(), SEARCH)?;
            if bytes.len() < magic.len() {
                break;
            }
            if let Some(skipped) = bytes.windows(magic.len()).position(|window| window == magic) {
                let found = at + skipped as u64;
                return Ok((found < range.end).then_some(found));
            }
            at += (bytes.len() - magic.len() + 1) as u64;
        }
        Ok(None)
    }
}
