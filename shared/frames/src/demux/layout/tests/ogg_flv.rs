//! Ogg and FLV.

use super::*;

/// A page of this stream. Flag 2 marks the first page of the stream, flag 4 the last one.
fn page(serial: u32, flags: u8, content: usize) -> Vec<u8> {
    let mut segments = vec![255; content / 255];
    segments.push((content % 255) as u8);
    let start = [&b"OggS\0"[..], &[flags], &[0; 8], &serial.to_le_bytes(), &[0; 8]].concat();
    [start, vec![segments.len() as u8], segments, vec![b'x'; content]].concat()
}

/// A link with sound and pictures.
fn link(serial: u32, pages: usize) -> Vec<u8> {
    let streams = [serial, serial + 1];
    let mut link: Vec<_> = streams.iter().flat_map(|stream| page(*stream, 2, 42)).collect();
    for number in 0..pages {
        link.extend(page(streams[number % 2], 0, 3000 + number % 7));
    }
    link.extend(streams.iter().flat_map(|stream| page(*stream, 4, 100)));
    link
}

pub(super) fn chained() -> Vec<u8> {
    [link(10, 100), link(20, 3), link(30, 200)].concat()
}

/// A tag of FLV.
fn tag(kind: u8, content: usize) -> Vec<u8> {
    let size = &(content as u32).to_be_bytes()[1..];
    [&[kind], size, &[0; 7], &vec![b'F'; content], &(content as u32 + 11).to_be_bytes()].concat()
}

fn flv(tags: usize) -> Vec<u8> {
    let tags = (0..tags).flat_map(|number| tag(8 + (number % 2) as u8, 100 + number));
    b"FLV\x01\x05\0\0\0\x09\0\0\0\0".iter().copied().chain(tag(18, 50)).chain(tags).collect()
}

pub(super) fn joined_flv() -> Vec<u8> {
    [flv(100), flv(20)].concat()
}

#[test]
fn links_are_found() {
    for sizes in [&[100][..], &[0, 0], &[1, 1, 1], &[500, 3, 400], &[2, 700, 1], &[300; 20]] {
        let (mut file, mut expected) = (Vec::new(), Vec::new());
        for (number, size) in sizes.iter().enumerate() {
            expected.push(file.len() as u64);
            file.extend(link(10 * number as u32, *size));
        }
        let found: Vec<_> = extents_of(&file).iter().map(|found| found.range.start).collect();
        assert_eq!(found, expected, "{sizes:?}");
        // bytes after the last page are ignored
        file.extend([0; 1000]);
        assert_eq!(extents_of(&file).len(), sizes.len());
    }
}

#[test]
fn large_links_take_few_reads() {
    let start = [page(1, 2, 42), page(1, 0, 42)].concat();
    let page_size = 60_000;
    let count = 200_000u64;
    // a sparse file with all pages, whose content is zeros
    struct Pages {
        page: Vec<u8>,
        other: Vec<u8>,
        start: Vec<u8>,
        second: Vec<u8>,
        count: u64,
        position: u64,
    }
    impl Pages {
        fn length(&self) -> u64 {
            let links = self.start.len() + self.second.len();
            links as u64 + 2 * self.count * self.page.len() as u64
        }
        fn byte(&self, mut at: u64) -> u8 {
            let half = self.count * self.page.len() as u64;
            for (first, page) in [(&self.start, &self.page), (&self.second, &self.other)] {
                if at < first.len() as u64 {
                    return first[at as usize];
                }
                at -= first.len() as u64;
                if at < half {
                    return page[(at % page.len() as u64) as usize];
                }
                at -= half;
            }
            0
        }
    }
    impl Read for Pages {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.length().saturating_sub(self.position).min(buffer.len() as u64);
            for (at, byte) in (self.position..).zip(&mut buffer[..count as usize]) {
                *byte = self.byte(at);
            }
            self.position += count;
            Ok(count as usize)
        }
    }
    impl Seek for Pages {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.position = match to {
                SeekFrom::Start(position) => position,
                SeekFrom::Current(distance) => self.position.saturating_add_signed(distance),
                SeekFrom::End(distance) => self.length().saturating_add_signed(distance),
            };
            Ok(self.position)
        }
    }
    let pages = Pages {
        page: page(1, 0, page_size),
        other: page(2, 0, page_size),
        start,
        second: page(2, 2, 42),
        count,
        position: 0,
    };
    let split = pages.start.len() as u64 + count * pages.page.len() as u64;
    let mut reader = Counted::new(pages);
    let found = extents(&mut reader).unwrap();
    assert_eq!(ranges(&found), [0..split, split..u64::MAX]);
    assert!(reader.reads < 80, "{} reads", reader.reads);
}

#[test]
fn a_stream_without_a_first_page_is_not_a_link() {
    let file = [link(10, 50), page(99, 0, 100), page(99, 4, 100)].concat();
    assert_eq!(extents_of(&file), [FileExtent::whole_file()]);
}

#[test]
fn the_search_in_a_hole_is_limited() {
    let file = [link(10, 50), vec![0; 8 << 20], link(20, 50)].concat();
    let mut reader = Counted::new(Cursor::new(&file));
    assert_eq!(extents(&mut reader).unwrap(), [FileExtent::whole_file()]);
    assert!(reader.bytes < 3 << 20, "{} bytes", reader.bytes);
}

#[test]
fn joined_flv_files_are_split() {
    let file = [flv(100), flv(0), flv(20)].concat();
    let (second, third) = (flv(100).len() as u64, (flv(100).len() + flv(0).len()) as u64);
    assert_eq!(ranges(&extents_of(&file)), [0..second, second..third, third..u64::MAX]);
    let other = [&flv(20)[..], b"FLV\x01\xFF\0\0\0\x09\0\0\0\0", &tag(9, 10)].concat();
    assert_eq!(extents_of(&other), [FileExtent::whole_file()]);
    assert_eq!(extents_of(&[flv(20), vec![0; 100], flv(20)].concat()), [FileExtent::whole_file()]);
}

#[test]
fn large_flv_files_are_not_walked() {
    let parts = vec![(0, joined_flv())];
    let mut reader = Counted::new(Sparse { length: 300 << 20, parts, position: 0 });
    assert_eq!(extents(&mut reader).unwrap(), [FileExtent::whole_file()]);
    assert_eq!(reader.reads, 1);
}
