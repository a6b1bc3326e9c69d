//! Tests that apply to every format: damage, limits and faults of the reader.

mod clusters;
mod matroska;
mod mp4;
mod ogg_flv;
mod view;

use super::*;
use proptest::{collection::vec, prelude::*};
use std::io::{Cursor, SeekFrom};

/// Returns the recordings in these bytes, and checks what holds for every file.
fn extents_of(file: &[u8]) -> Vec<FileExtent> {
    let found = extents(&mut Cursor::new(file)).unwrap();
    assert!((1..=MOST_RECORDINGS).contains(&found.len()));
    assert_eq!(found.last().unwrap().range.end, u64::MAX);
    for recording in &found {
        assert!(recording.range.start < recording.range.end);
        let mut end = 0;
        for patch in &recording.patches {
            assert!(patch.at >= end && !patch.bytes.is_empty());
            end = patch.at + patch.bytes.len() as u64;
        }
        assert!(end <= recording.range.end - recording.range.start);
    }
    found
}

/// The ranges of the recordings in the file.
fn ranges(found: &[FileExtent]) -> Vec<Range<u64>> {
    found.iter().map(|recording| recording.range.clone()).collect()
}

/// Reads a recording through its view.
fn seen(file: &[u8], recording: &FileExtent) -> Vec<u8> {
    let mut bytes = Vec::new();
    View::new(Cursor::new(file), recording).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// One file of every format, with several recordings and hidden elements.
fn samples() -> Vec<Vec<u8>> {
    vec![
        matroska::joined(),
        matroska::joined_live(),
        clusters::jumping(),
        clusters::jumping_live(),
        mp4::joined(),
        mp4::repeated(),
        mp4::indexed(),
        ogg_flv::chained(),
        ogg_flv::joined_flv(),
    ]
}

/// A reader that counts its reads and fails once there are too many.
struct Counted<R> {
    reader: R,
    reads: usize,
    bytes: usize,
    most: usize,
}

impl<R> Counted<R> {
    fn new(reader: R) -> Self {
        Self { reader, reads: 0, bytes: 0, most: usize::MAX }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.reads == self.most {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        let count = self.reader.read(buffer)?;
        self.reads += 1;
        self.bytes += count;
        Ok(count)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.reader.seek(to)
    }
}

/// A file of zeros, except for a few parts.
struct Sparse {
    length: u64,
    parts: Vec<(u64, Vec<u8>)>,
    position: u64,
}

impl Read for Sparse {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(self.position);
        let count = (buffer.len() as u64).min(left) as usize;
        for (at, byte) in (self.position..).zip(&mut buffer[..count]) {
            let byte_of = |(start, bytes): &(u64, Vec<u8>)| {
                bytes.get(usize::try_from(at.checked_sub(*start)?).ok()?).copied()
            };
            *byte = self.parts.iter().find_map(byte_of).unwrap_or(0);
        }
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Sparse {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = match to {
            SeekFrom::Start(position) => position,
            SeekFrom::Current(distance) => self.position.saturating_add_signed(distance),
            SeekFrom::End(distance) => self.length.saturating_add_signed(distance),
        };
        Ok(self.position)
    }
}

#[test]
fn other_files_are_one_recording_and_only_their_first_bytes_are_read() {
    for magic in [&b""[..], b"G", b"\x47\x40\0\x10", b"RIFF\0\0\0\0AVI ", b"\0\0\x01\xBA"] {
        let file = [magic, &[0; 5000]].concat();
        assert_eq!(extents_of(&file[..magic.len()]), [FileExtent::whole_file()]);
        let mut reader = Counted::new(Cursor::new(&file));
        assert_eq!(extents(&mut reader).unwrap(), [FileExtent::whole_file()]);
        assert_eq!((reader.reads, reader.bytes), (1, MAGIC_SIZE));
    }
}

#[test]
fn a_view_shows_one_recording_without_hidden_elements() {
    for file in samples() {
        for recording in extents_of(&file) {
            assert_eq!(extents_of(&seen(&file, &recording)), [FileExtent::whole_file()]);
        }
    }
}

#[test]
fn a_file_may_end_at_any_byte() {
    for file in samples() {
        assert!(extents_of(&file).len() > 1 || !extents_of(&file)[0].patches.is_empty());
        for length in (0..file.len().min(3000)).chain((3000..file.len()).step_by(997)) {
            extents_of(&file[..length]);
        }
    }
}

#[test]
fn faults_of_the_reader_are_returned() {
    for file in samples() {
        let mut reader = Counted::new(Cursor::new(&file));
        extents(&mut reader).unwrap();
        for most in 0..reader.reads {
            let mut failing = Counted { most, ..Counted::new(Cursor::new(&file)) };
            let error = extents(&mut failing).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        }
    }
}

#[test]
fn small_reads_make_no_difference() {
    struct Trickle<R>(R);
    impl<R: Read> Read for Trickle<R> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = buffer.len().min(3);
            self.0.read(&mut buffer[..most])
        }
    }
    impl<R: Seek> Seek for Trickle<R> {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }
    for file in samples() {
        let found = extents(&mut Trickle(Cursor::new(&file))).unwrap();
        assert_eq!(found, extents_of(&file));
    }
}

#[test]
fn extents_survive_serialization() {
    for file in samples() {
        let found = extents_of(&file);
        let text = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Vec<FileExtent>>(&text).unwrap(), found);
    }
}

#[test]
fn patches_are_limited_and_do_not_overlap() {
    let mut recording = FileExtent::new(100..10_100);
    recording.patch(50, vec![0; 10]);
    for at in [41, 50, 59] {
        recording.patch(at, vec![0; 10]);
    }
    recording.patch(9_991, vec![0; 10]);
    recording.patch(u64::MAX, vec![0; 10]);
    assert_eq!(recording.patches.len(), 1);
    (0..1000).for_each(|number| recording.patch(100 + 2 * number, vec![0]));
    assert_eq!(recording.patches.len(), MOST_PATCHES);
}

proptest! {
    #[test]
    fn damage_does_no_harm(
        sample in 0..9usize,
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        early in any::<bool>(),
    ) {
        let mut file = samples().swap_remove(sample);
        let length = if early { file.len().min(500) } else { file.len() };
        for (at, byte) in changes {
            file[at.index(length)] = byte;
        }
        extents_of(&file);
    }

    #[test]
    fn garbage_does_no_harm(sample in 0..9usize, head in 4..200usize, garbage in vec(any::<u8>(), 0..5000)) {
        let mut file = samples().swap_remove(sample);
        file.truncate(head);
        file.extend(garbage);
        let mut reader = Counted::new(Cursor::new(&file));
        extents(&mut reader).unwrap();
        prop_assert!(reader.bytes <= 2_000_000, "{} bytes", reader.bytes);
        extents_of(&file);
    }
}
