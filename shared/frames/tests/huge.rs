//! Extracts from a file of many gigabytes with its index at the end, and reads only the needed parts.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{Sparse, extract, options};
use framezip_contract::Limits;
use framezip_frames::SourceVideo;
use framezip_media::path;
use std::{fs, sync::atomic::Ordering};

const HOLE: u64 = 40 << 30;

/// Returns an MP4 file with a huge empty box before its `moov`.
fn huge(name: &str) -> Sparse {
    let file = fs::read(path(name)).unwrap();
    let moov = file.windows(4).position(|kind| kind == b"moov").unwrap() - 4;
    let mut head = file[..moov].to_vec();
    // ISO 14496-12, 4.2: after a size of 1, the real size follows in 64 bits
    head.extend(1u32.to_be_bytes());
    head.extend(b"free");
    head.extend((16 + HOLE).to_be_bytes());
    Sparse::new(head, HOLE, &file[moov..])
}

#[test]
fn an_index_after_gigabytes_is_found_without_reading_them() {
    let name = "h264-ntsc-moov-last.mp4";
    let json = r#"{"every":1}"#;
    let huge = huge(name);
    let read = huge.read.clone();
    let open = move || Ok(huge.clone());
    let video = SourceVideo::open(open, || false, &options(json), &Limits::default(), 2).unwrap();
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
