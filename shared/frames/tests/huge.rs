//! A file of many gigabytes whose index is at its end: only what is needed of it is read.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{extract, options};
use framezip_contract::Limits;
use framezip_frames::Video;
use framezip_media::path;
use std::{
    fs,
    io::{self, Read, Seek, SeekFrom},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const HOLE: u64 = 40 << 30;

/// An MP4 file with a box of nothing before its `moov`.
#[derive(Clone)]
struct Huge {
    head: Arc<[u8]>,
    tail: Arc<[u8]>,
    at: u64,
    read: Arc<AtomicU64>,
}

impl Huge {
    fn of(name: &str) -> Self {
        let file = fs::read(path(name)).unwrap();
        let moov = file.windows(4).position(|kind| kind == b"moov").unwrap() - 4;
        let mut head = file[..moov].to_vec();
        // ISO 14496-12, 4.2: a size of 1 says that the real one follows, in 64 bits
        head.extend(1u32.to_be_bytes());
        head.extend(b"free");
        head.extend((16 + HOLE).to_be_bytes());
        let tail = file[moov..].into();
        Self { head: head.into(), tail, at: 0, read: Arc::default() }
    }

    fn hole_end(&self) -> u64 {
        self.head.len() as u64 + HOLE
    }
}

impl Read for Huge {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (head, hole_end) = (self.head.len() as u64, self.hole_end());
        let mut rest: &[u8] = match self.at {
            at if at < head => &self.head[at as usize..],
            at if at < hole_end => &[0; 4096][..(hole_end - at).min(4096) as usize],
            at => &self.tail[((at - hole_end) as usize).min(self.tail.len())..],
        };
        let count = rest.read(buffer)?;
        self.at += count as u64;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl Seek for Huge {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let end = self.hole_end() + self.tail.len() as u64;
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => end.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[test]
fn an_index_behind_gigabytes_is_found_without_reading_them() {
    let name = "h264-ntsc-moov-last.mp4";
    let json = r#"{"every":1}"#;
    let huge = Huge::of(name);
    let read = huge.read.clone();
    let open = move || Ok(huge.clone());
    let video = Video::open(open, || false, &options(json), &Limits::default(), 2).unwrap();
    let mut images = Vec::new();
    video
        .extract(2, |output| {
            images.extend(output.frame.map(|_| output.bytes));
            Ok(())
        })
        .unwrap();
    let (shots, _) = extract(name, json).unwrap();
    assert!(images.iter().eq(shots.iter().map(|shot| &shot.image)));
    let length = fs::metadata(path(name)).unwrap().len();
    let read = read.load(Ordering::Relaxed);
    assert!(read < 4 * length + (1 << 20), "{read} bytes read for a video of {length}");
}
