//! Checks that unneeded parts of a file take no memory, and that the memory limit is enforced.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(target_os = "linux")]

mod common;

use common::{Sparse, all, open, options};
use framezip_contract::{ErrorCode, Limits};
use framezip_frames::{FramesError, SourceVideo};
use framezip_media::path;
use std::{fs, sync::atomic::Ordering};

/// Returns the peak memory of this process in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn pictures_of_too_many_pixels_are_not_decoded() {
    match open("too-many-pixels.ts", &options("{}"), &Limits::default()) {
        Err(FramesError::Media(failure)) => assert_eq!(failure.code, ErrorCode::TooManyPixels),
        other => panic!("{:?}", other.map(|_| ())),
    }
    assert!(peak() < 200 << 10, "{} KiB", peak());
}

/// The size of fonts and covers, larger than the limits on read bytes and memory below.
const EXTRA: u64 = 300 << 20;

/// Extracts some frames with several decoders, and checks that the zeros were not read.
fn assert_frugal(name: &str, file: Sparse) {
    let read = file.read.clone();
    let open = move || Ok(file.clone());
    let every = options(r#"{"every":0.5}"#);
    let video = SourceVideo::open(open, || false, &every, &Limits::default(), 4).unwrap();
    let (outputs, _) = all(video, 4).unwrap();
    assert!(outputs.len() > 4, "{name}: {} files", outputs.len());
    let read = read.load(Ordering::Relaxed);
    assert!(read < 4 << 20, "{name}: {read} bytes read");
    assert!(peak() < 200 << 10, "{name}: {} KiB", peak());
}

/// Returns a Matroska element with `content`, followed by `more` bytes.
fn element(id: &[u8], content: &[u8], more: u64) -> Vec<u8> {
    let size = (1 << 56) | (content.len() as u64 + more);
    [id, &size.to_be_bytes(), content].concat()
}

#[test]
fn attachments_are_never_read() {
    let file = fs::read(path("h264-no-cues.mkv")).unwrap();
    let cluster = file.windows(4).position(|id| id == [0x1f, 0x43, 0xb6, 0x75]).unwrap();
    let font = [
        element(&[0x46, 0x6e], b"font.ttf", 0),
        element(&[0x46, 0x60], b"font/ttf", 0),
        element(&[0x46, 0xae], &[1], 0),
        element(&[0x46, 0x5c], &[], EXTRA),
    ];
    let attached = element(&[0x61, 0xa7], &font.concat(), EXTRA);
    let attachments = element(&[0x19, 0x41, 0xa4, 0x69], &attached, EXTRA);
    let head = [&file[..cluster], &attachments].concat();
    assert_frugal("fonts", Sparse::new(head, EXTRA, &file[cluster..]));
}

/// Returns an MP4 box with `content`, followed by `more` bytes.
fn mp4_box(kind: &[u8; 4], content: &[u8], more: u64) -> Vec<u8> {
    let size = (8 + content.len() as u64 + more) as u32;
    [&size.to_be_bytes()[..], kind, content].concat()
}

#[test]
fn covers_are_never_read() {
    let mut file = fs::read(path("h264-ntsc-moov-last.mp4")).unwrap();
    let moov = file.windows(4).position(|kind| kind == b"moov").unwrap() - 4;
    let picture = mp4_box(b"data", &[0, 0, 0, 13, 0, 0, 0, 0], EXTRA);
    let list = mp4_box(b"ilst", &mp4_box(b"covr", &picture, EXTRA), EXTRA);
    let handler = mp4_box(b"hdlr", b"\0\0\0\0\0\0\0\0mdirappl\0\0\0\0\0\0\0\0\0", 0);
    let meta = mp4_box(b"meta", &[&[0; 4], &handler[..], &list].concat(), EXTRA);
    let udta = mp4_box(b"udta", &meta, EXTRA);
    let size = (file.len() - moov + udta.len()) as u64 + EXTRA;
    file[moov..moov + 4].copy_from_slice(&(size as u32).to_be_bytes());
    assert_frugal("covers", Sparse::new([file, udta].concat(), EXTRA, &[]));
}

#[test]
fn a_video_that_does_not_fit_into_the_memory_is_refused() {
    let limits = |mebibytes: u64| Limits { memory_bytes: mebibytes << 20, ..Limits::default() };
    assert!(open("hevc-10bit.mkv", &options("{}"), &limits(512)).is_ok());
    match open("hevc-10bit.mkv", &options("{}"), &limits(257)) {
        Err(FramesError::Media(failure)) => {
            assert_eq!(failure.code, ErrorCode::TooManyPixels);
            // 1 MiB for 19 pictures of 24 bits and an image
            assert!(failure.message.contains("At most 14364 pixels"), "{}", failure.message);
        }
        other => panic!("{:?}", other.map(|_| ())),
    }
}
