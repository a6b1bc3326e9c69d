//! Real files with broken bytes: what still can be given is given, and what is wrong is told.

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

/// Whether these files' containers tell of a hole. Those of the others find their way behind it, and what
/// was in it might never have been filmed.
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
fn a_hole_in_the_middle_costs_what_depends_on_it() {
    let truth = truth();
    for (name, is_told) in FILES {
        let made = extract(broken(name, 50, 60), r#"{"every":0.2}"#);
        let (frames, report) = made.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!is_told || !report.warnings.is_empty(), "{name}: nothing is told");
        let truth = &truth[name];
        let end = truth.seconds(truth.pts.len() - 1);
        let is_good = |shot: &&Shot| shot.frame.seconds < 0.35 * end;
        let good: Vec<_> = frames.iter().take_while(is_good).collect();
        assert!(!good.is_empty(), "{name}: nothing of the good part");
        for Shot { frame, image } in good {
            let shown = truth.frame_at(frame.seconds + 1e-6);
            assert_eq!(number(image), Some(truth.numbers[shown]), "{name} {}", frame.seconds);
        }
    }
}

#[test]
fn where_nothing_can_be_decoded_it_is_told() {
    let code = |bytes: Vec<u8>| match extract(bytes, "{}") {
        Err(FramesError::Media(failure)) => failure.code,
        other => panic!("{:?}", other.map(|_| ())),
    };
    let good = std::fs::read(path("h264-30fps.mp4")).unwrap();
    let find = |what: &[u8]| good.windows(what.len()).position(|bytes| bytes == what).unwrap();

    // EVC, of which FFmpeg has no decoder of its own
    let mut unknown = good.clone();
    let at = find(b"avc1\0\0\0\0");
    unknown[at..at + 4].copy_from_slice(b"evc1");
    assert_eq!(code(unknown), ErrorCode::UnsupportedCodec);

    let mut empty = good.clone();
    empty[find(b"mdat") + 4..].fill(0);
    assert_eq!(code(empty), ErrorCode::CorruptVideo);
}
