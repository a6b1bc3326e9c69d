//! What a video is looked at for takes no memory that it may not have.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(target_os = "linux")]

mod common;

use common::{open, options};
use framezip_contract::{ErrorCode, Limits};
use framezip_frames::FramesError;

/// The most memory that this process has had, in KiB.
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
