//! A zip written as a stream: every byte goes out once, in order, to any [`Write`].
//!
//! Entries are stored, because images do not deflate, and each one's local header already holds its
//! size and CRC, because some unzippers refuse stored entries that tell these only behind the data.
//! Nothing in the archive depends on the clock or the machine: the same entries give the same bytes.

mod record;

use record::Entry;
use std::io::{self, Write};

/// Writes a zip to `out`. An archive that was not [finished](ZipWriter::finish) has no directory
/// and cannot be read.
pub struct ZipWriter<W> {
    out: W,
    offset: u64,
    entries: Vec<Entry>,
}

impl<W: Write> ZipWriter<W> {
    /// An archive with nothing in it yet.
    pub fn new(out: W) -> Self {
        Self { out, offset: 0, entries: Vec::new() }
    }

    /// Adds a file. `name` is its path inside the archive, with `/` between folders.
    ///
    /// # Errors
    /// Those of the writer; `InvalidInput` for a name over 65,535 bytes or a file of 4 GiB or more.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidInput, what.to_owned());
        if name.len() > usize::from(u16::MAX) {
            return Err(invalid("a name in a zip has at most 65,535 bytes"));
        }
        let size = u32::try_from(bytes.len())
            .ok()
            .filter(|size| *size < u32::MAX)
            .ok_or_else(|| invalid("a file in this zip has less than 4 GiB"))?;
        let entry =
            Entry { name: name.to_owned(), crc: crc32fast::hash(bytes), size, offset: self.offset };
        self.write(&entry.local_header())?;
        self.write(bytes)?;
        self.entries.push(entry);
        Ok(())
    }

    /// Writes the central directory and gives the writer back, with the archive's length in bytes.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self) -> io::Result<(W, u64)> {
        let entries = std::mem::take(&mut self.entries);
        let directory = self.offset;
        for entry in &entries {
            self.write(&entry.central_header())?;
        }
        let size = self.offset - directory;
        self.write(&record::end_of_directory(entries.len() as u64, size, directory))?;
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
mod tests {
    use super::*;
    use std::io::{Cursor, Read};

    fn sample() -> Vec<u8> {
        let mut zip = ZipWriter::new(Vec::new());
        zip.add("frames/000001.jpg", b"first").unwrap();
        zip.add("frames/000002.jpg", &[7; 70_000]).unwrap();
        zip.add("empty", b"").unwrap();
        let (bytes, length) = zip.finish().unwrap();
        assert_eq!(bytes.len() as u64, length);
        bytes
    }

    #[test]
    fn another_reader_finds_every_byte() {
        let mut zip = zip::ZipArchive::new(Cursor::new(sample())).unwrap();
        let names: Vec<_> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert_eq!(names, ["frames/000001.jpg", "frames/000002.jpg", "empty"]);
        for (name, expected) in
            [("frames/000001.jpg", b"first".to_vec()), ("frames/000002.jpg", vec![7; 70_000])]
        {
            let mut bytes = Vec::new();
            let mut file = zip.by_name(name).unwrap();
            assert_eq!(file.compression(), zip::CompressionMethod::Stored);
            file.read_to_end(&mut bytes).unwrap();
            assert!(bytes == expected, "{name}");
        }
    }

    #[test]
    fn it_can_be_read_as_a_stream() {
        let mut stream = Cursor::new(sample());
        let mut names = Vec::new();
        while let Some(mut file) = zip::read::read_zipfile_from_stream(&mut stream).unwrap() {
            names.push(file.name().unwrap().to_string());
            std::io::copy(&mut file, &mut std::io::sink()).unwrap();
        }
        assert_eq!(names.len(), 3);
    }

    #[test]
    fn the_same_entries_give_the_same_bytes() {
        assert!(sample() == sample());
    }

    #[test]
    fn more_entries_than_the_old_format_counts() {
        let mut zip = ZipWriter::new(Vec::new());
        for index in 0..70_000 {
            zip.add(&index.to_string(), b"").unwrap();
        }
        let (bytes, _) = zip.finish().unwrap();
        assert_eq!(zip::ZipArchive::new(Cursor::new(bytes)).unwrap().len(), 70_000);
    }

    /// Counts what is written before `kept` bytes before the end, and keeps the rest.
    struct Tail {
        skipped: u64,
        skip: u64,
        kept: Vec<u8>,
    }

    impl Write for Tail {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let skip = bytes.len().min((self.skip - self.skipped) as usize);
            self.skipped += skip as u64;
            self.kept.extend_from_slice(&bytes[skip..]);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn offsets_beyond_4_gib_are_kept() {
        let file = vec![0; 64 << 20];
        let before = 65 * (30 + 2 + file.len() as u64);
        let mut zip = ZipWriter::new(Tail { skipped: 0, skip: before, kept: Vec::new() });
        for index in 10..75 {
            zip.add(&index.to_string(), &file).unwrap();
        }
        zip.add("behind", b"behind").unwrap();
        let (tail, length) = zip.finish().unwrap();
        assert!(before > u64::from(u32::MAX));
        assert_eq!(length, before + tail.kept.len() as u64);

        struct Sparse {
            zeros: u64,
            tail: Vec<u8>,
            at: u64,
        }
        impl Read for Sparse {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let count = if self.at < self.zeros {
                    let count = buffer.len().min((self.zeros - self.at) as usize);
                    buffer[..count].fill(0);
                    count
                } else {
                    let rest = &self.tail[(self.at - self.zeros) as usize..];
                    let count = buffer.len().min(rest.len());
                    buffer[..count].copy_from_slice(&rest[..count]);
                    count
                };
                self.at += count as u64;
                Ok(count)
            }
        }
        impl io::Seek for Sparse {
            fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
                let end = self.zeros + self.tail.len() as u64;
                self.at = match to {
                    io::SeekFrom::Start(at) => at,
                    io::SeekFrom::End(by) => end.checked_add_signed(by).unwrap(),
                    io::SeekFrom::Current(by) => self.at.checked_add_signed(by).unwrap(),
                };
                Ok(self.at)
            }
        }
        let sparse = Sparse { zeros: before, tail: tail.kept, at: 0 };
        let mut archive = zip::ZipArchive::new(sparse).unwrap();
        assert_eq!(archive.len(), 66);
        let mut text = String::new();
        archive.by_name("behind").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "behind");
    }
}
