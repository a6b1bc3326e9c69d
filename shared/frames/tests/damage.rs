//! Extracts from real files with broken bytes: intact frames are extracted, and damage is reported.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{Shot, all, broken, open_bytes, shots};
use framezip_contract::ErrorCode;
use framezip_frames::{ExtractionReport, FramesError};
use framezip_media::{number, path, truth};

fn extract(bytes: Vec<u8>, json: &str) -> Result<(Vec<Shot>, ExtractionReport), FramesError> {
    let (outputs, report) = all(open_bytes(bytes, json)?, 1)?;
    Ok((shots(outputs), report))
}

/// Files, and whether their containers make a hole noticeable. In the other containers the stream simply continues
/// after the hole, as if the missing frames had never been recorded.
const FILES: [(&str, bool); 14] = [
    ("h264-30fps.mp4", true),
    ("hevc.mp4", true),
    ("av1.mp4", true),
    ("h264-variable-rate.mkv", true),
    ("hevc.ts", true),
    ("mpeg2.ts", true),
    ("wmv2.wmv", true),
    ("h264.ts", false),
    ("vp8.webm", false),
    ("vp9.webm", false),
    ("av1.webm", false),
    ("mpeg4.avi", false),
    ("mjpeg.avi", false),
    ("theora.ogv", false),
];

#[test]
fn a_hole_in_the_middle_leaves_the_frames_before_it_intact() {
    let truth = truth();
    for (name, is_noticeable) in FILES {
        let extracted = extract(broken(name, 50, 60), r#"{"every":0.2}"#);
        let (frames, report) = extracted.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!is_noticeable || !report.warnings.is_empty(), "{name}: no warning");
        let truth = &truth[name];
        let end = truth.seconds(truth.pts.len() - 1);
        let is_good = |shot: &&Shot| shot.frame.seconds < 0.35 * end;
        let good: Vec<_> = frames.iter().take_while(is_good).collect();
        assert!(!good.is_empty(), "{name}: no frame before the hole");
        for Shot { frame, image } in good {
            let shown = truth.frame_at(frame.seconds + 1e-6);
            assert_eq!(number(image), Some(truth.numbers[shown]), "{name} {}", frame.seconds);
        }
    }
}

#[test]
fn a_video_that_cannot_be_decoded_is_refused() {
    let code = |bytes: Vec<u8>| match extract(bytes, "{}") {
        Err(FramesError::Media(failure)) => failure.code,
        other => panic!("{:?}", other.map(|_| ())),
    };
    let good = std::fs::read(path("h264-30fps.mp4")).unwrap();
    let find = |what: &[u8]| good.windows(what.len()).position(|bytes| bytes == what).unwrap();

    // EVC, for which FFmpeg has no native decoder
    let mut unknown = good.clone();
    let at = find(b"avc1\0\0\0\0");
    unknown[at..at + 4].copy_from_slice(b"evc1");
    assert_eq!(code(unknown), ErrorCode::UnsupportedCodec);

    let mut empty = good.clone();
    empty[find(b"mdat") + 4..].fill(0);
    assert_eq!(code(empty), ErrorCode::CorruptVideo);
}
