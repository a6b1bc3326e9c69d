//! A zip written as a stream: every byte goes out once, in order, to any [`Write`].
//!
//! Entries are stored, because images do not deflate, and each one's local header already holds its
//! size and CRC, because some unzippers refuse stored entries that tell these only behind the data.
//! Nothing in the archive depends on the clock or the machine: the same entries give the same bytes.
//!
//! An archive can also be written in parts, by several writers at once: each part ends with
//! [`ZipWriter::detach`], and behind all of them [`ZipWriter::after`] writes the directory. Put one
//! behind the other, they are the bytes that one writer would have written.

mod entries;
mod record;

pub use entries::Entries;

use record::Entry;
use std::io::{self, Write};

/// Writes a zip to `out`. An archive that was not [finished](ZipWriter::finish) has no directory
/// and cannot be read.
pub struct ZipWriter<W> {
    out: W,
    offset: u64,
    entries: Entries,
}

impl<W: Write> ZipWriter<W> {
    /// An archive with nothing in it yet.
    pub fn new(out: W) -> Self {
        Self { out, offset: 0, entries: Entries::default() }
    }

    /// An archive that starts with `parts`, in this order. Their bytes stand elsewhere already: `out`
    /// gets only what comes behind them.
    pub fn after(out: W, parts: impl IntoIterator<Item = Entries>) -> Self {
        let entries = Entries::joined(parts);
        Self { out, offset: entries.bytes(), entries }
    }

    /// Adds a file. `name` is its path inside the archive, with `/` between folders.
    ///
    /// # Errors
    /// Those of the writer; `InvalidInput` for a name over 65,535 bytes or a file of 4 GiB or more.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let entry = Entry::new(name.to_owned(), crc32fast::hash(bytes), bytes.len() as u64)?;
        self.write(&entry.local_header())?;
        self.write(bytes)?;
        self.entries.push(entry);
        Ok(())
    }

    /// Ends a part of an archive: no directory is written, and [`after`](Self::after) needs the entries
    /// that are given back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn detach(mut self) -> io::Result<(W, Entries)> {
        self.out.flush()?;
        Ok((self.out, self.entries))
    }

    /// Writes the central directory and gives the writer back, with the archive's length in bytes,
    /// that of the parts it was written [after](Self::after) included.
    ///
    /// # Errors
    /// Those of the writer.
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
