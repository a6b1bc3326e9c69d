//! Reads archives back with another zip library.

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
fn another_library_reads_every_byte() {
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
fn an_archive_can_be_read_as_a_stream() {
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
fn an_archive_can_have_more_than_65_535_entries() {
    let mut zip = ZipWriter::new(Vec::new());
    for index in 0..70_000 {
        zip.add(&index.to_string(), b"").unwrap();
    }
    let (bytes, _) = zip.finish().unwrap();
    assert_eq!(zip::ZipArchive::new(Cursor::new(bytes)).unwrap().len(), 70_000);
}

/// Skips the first `skip` bytes that are written, and keeps the rest.
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

/// A file of zeros followed by a tail.
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

#[test]
fn offsets_beyond_4_gib_are_kept() {
    let file = vec![0; 64 << 20];
    let before = 65 * (30 + 2 + file.len() as u64);
    let mut zip = ZipWriter::new(Tail { skipped: 0, skip: before, kept: Vec::new() });
    for index in 10..75 {
        zip.add(&index.to_string(), &file).unwrap();
    }
    zip.add("after", b"after").unwrap();
    let (tail, length) = zip.finish().unwrap();
    assert!(before > u64::from(u32::MAX));
    assert_eq!(length, before + tail.kept.len() as u64);

    let sparse = Sparse { zeros: before, tail: tail.kept, at: 0 };
    let mut archive = zip::ZipArchive::new(sparse).unwrap();
    assert_eq!(archive.len(), 66);
    let mut text = String::new();
    archive.by_name("after").unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "after");
}

const FILES: [(&str, &[u8]); 4] =
    [("frames/000001.jpg", b"first"), ("empty", b""), ("größe.json", b"{}"), ("last", &[7; 300])];

/// Writes a segment with these files.
fn segment(files: &[(&str, &[u8])]) -> (Vec<u8>, Entries) {
    let mut zip = ZipWriter::new(Vec::new());
    for (name, bytes) in files {
        zip.add(name, bytes).unwrap();
    }
    zip.detach().unwrap()
}

/// Writes an archive of these segments, followed by these files.
fn joined(segments: Vec<(Vec<u8>, Entries)>, files: &[(&str, &[u8])]) -> Vec<u8> {
    let (bytes, entries): (Vec<_>, Vec<_>) = segments.into_iter().unzip();
    let mut zip = ZipWriter::after(Vec::new(), entries);
    for (name, bytes) in files {
        zip.add(name, bytes).unwrap();
    }
    let (end, length) = zip.finish().unwrap();
    let archive = [bytes.concat(), end].concat();
    assert_eq!(archive.len() as u64, length);
    archive
}

#[test]
fn joined_segments_equal_the_archive_of_one_writer() {
    let whole = joined(vec![], &FILES);
    // every split of the files into two segments and a rest, including segments without files
    for first in 0..=FILES.len() {
        for second in first..=FILES.len() {
            let segments = vec![segment(&FILES[..first]), segment(&FILES[first..second])];
            assert!(joined(segments, &FILES[second..]) == whole, "{first} {second}");
        }
    }
}

#[test]
fn a_segment_can_contain_segments() {
    let (first, entries) = segment(&FILES[..2]);
    let mut zip = ZipWriter::after(first, [entries]);
    zip.add(FILES[2].0, FILES[2].1).unwrap();
    assert!(joined(vec![zip.detach().unwrap()], &FILES[3..]) == joined(vec![], &FILES));
}

#[test]
fn entries_find_the_data_of_files() {
    let (bytes, entries) = segment(&FILES);
    assert_eq!(entries.count(), 4);
    assert_eq!(entries.bytes(), bytes.len() as u64);
    for (name, data) in FILES {
        let at = entries.find(name).unwrap();
        assert_eq!(&bytes[at.start as usize..at.end as usize], data, "{name}");
    }
    assert_eq!(entries.find("other"), None);
    let (range, header) = entries.last_header().unwrap();
    assert_eq!(&bytes[range.start as usize..range.end as usize], header);
    assert_eq!(range.end, entries.find(FILES[3].0).unwrap().start);
    assert_eq!(Entries::default().last_header(), None);
    assert_eq!(Entries::default().bytes(), 0);
}

#[test]
fn entries_can_be_serialized_and_deserialized() {
    let (_, entries) = segment(&FILES[..2]);
    let json = serde_json::to_string(&entries).unwrap();
    assert_eq!(json, r#"[["frames/000001.jpg",2456940119,5],["empty",0,0]]"#);
    assert_eq!(serde_json::from_str::<Entries>(&json).unwrap(), entries);
}

#[test]
fn entries_that_cannot_be_written_are_refused() {
    let largest: Entries = serde_json::from_str(r#"[["a",0,4294967294]]"#).unwrap();
    assert_eq!(largest.find("a"), Some(31..31 + 4_294_967_294));
    let long = "n".repeat(65_536);
    for json in [r#"[["a",0,4294967295]]"#, r#"[["a",0,-1]]"#, &format!(r#"[["{long}",0,0]]"#)] {
        assert!(serde_json::from_str::<Entries>(json).is_err());
    }
}

#[test]
fn segments_can_have_more_than_65_535_entries() {
    let names: Vec<_> = (0..70_000).map(|index| index.to_string()).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    let whole = joined(vec![], &files);
    let segments = vec![segment(&files[..30_000]), segment(&files[30_000..])];
    assert!(joined(segments, &[]) == whole);
    assert_eq!(zip::ZipArchive::new(Cursor::new(whole)).unwrap().len(), 70_000);
}

#[test]
fn segments_beyond_4_gib_are_joined() {
    let segment = |names: std::ops::Range<u32>| {
        let entries: Vec<_> = names.map(|name| (name.to_string(), 0, 64 << 20)).collect();
        serde_json::from_value::<Entries>(serde_json::to_value(entries).unwrap()).unwrap()
    };
    let segments = [segment(10..40), segment(40..80)];
    let zeros = segments.iter().map(Entries::bytes).sum();
    assert!(zeros > u64::from(u32::MAX));
    let mut zip = ZipWriter::after(Vec::new(), segments);
    zip.add("after", b"after").unwrap();
    let (tail, length) = zip.finish().unwrap();
    assert_eq!(length, zeros + tail.len() as u64);

    // the last entry of a segment: its offset is in the Zip64 field
    let offset: u64 = 69 * (30 + 2 + (64 << 20));
    let field = [b"79\x01\0\x08\0".as_slice(), &offset.to_le_bytes()].concat();
    assert!(tail.windows(field.len()).any(|bytes| bytes == field));

    let mut archive = zip::ZipArchive::new(Sparse { zeros, tail, at: 0 }).unwrap();
    assert_eq!(archive.len(), 71);
    let mut text = String::new();
    archive.by_name("after").unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "after");
}
