//! Writes a zip as a stream: each byte is written once, in order, to any [`Write`].
//!
//! Entries are stored without compression, because images hardly deflate. Each local header contains the
//! size and the CRC, because some unzippers refuse stored entries that state them only after the data.
//! An archive does not depend on the clock or the machine: the same entries give the same bytes.
//!
//! Several writers can write segments of one archive at the same time. Each segment ends with
//! [`ZipWriter::detach`], and a writer made by [`ZipWriter::after`] writes the directory. The segments
//! followed by the output of that writer are the bytes that a single writer would have written.

mod entries;
mod record;

pub use entries::Entries;

use record::Entry;
use std::io::{self, Write};

/// Writes a zip to `out`. An archive has no directory and cannot be read until it is
/// [finished](ZipWriter::finish).
pub struct ZipWriter<W> {
    out: W,
    offset: u64,
    entries: Entries,
}

impl<W: Write> ZipWriter<W> {
    /// Begins an archive without entries.
    pub fn new(out: W) -> Self {
        Self { out, offset: 0, entries: Entries::default() }
    }

    /// Continues an archive that begins with `segments`, in this order. Their bytes are written
    /// already: only the bytes after them are written to `out`.
    pub fn after(out: W, segments: impl IntoIterator<Item = Entries>) -> Self {
        let entries = Entries::joined(segments);
        Self { out, offset: entries.bytes(), entries }
    }

    /// Adds a file. `name` is its path inside the archive, with `/` between folders.
    ///
    /// # Errors
    /// Errors of the writer; `InvalidInput` for a name over 65,535 bytes or a file of 4 GiB or more.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let entry = Entry::new(name.to_owned(), crc32fast::hash(bytes), bytes.len() as u64)?;
        self.write(&entry.local_header())?;
        self.write(bytes)?;
        self.entries.push(entry);
        Ok(())
    }

    /// Ends a segment of an archive without writing a directory. Returns the writer and the entries,
    /// which [`after`](Self::after) requires.
    ///
    /// # Errors
    /// Errors of the writer.
    pub fn detach(mut self) -> io::Result<(W, Entries)> {
        self.out.flush()?;
        Ok((self.out, self.entries))
    }

    /// Writes the central directory. Returns the writer and the length of the archive in bytes,
    /// including the segments that it was written [after](Self::after).
    ///
    /// # Errors
    /// Errors of the writer.
    pub fn finish(mut self) -> io::Result<(W, u64)> {
        let entries = std::mem::take(&mut self.entries);
        let directory = self.offset;
        for (offset, entry) in entries.placed() {
            self.write(&entry.central_header(offset))?;
        }
        let size = self.offset - directory;
        self.write(&record::end_of_directory(entries.count() as u64, size, directory))?;
        self.out.flush()?;
        Ok((self.out, self.offset))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.offset += bytes.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
