//! Extracts from real files: the right frames at the right times, and clear errors for bad files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{all, extract, extract_with, open, open_bytes, options, shots};
use framezip_contract::{ErrorCode, Extraction, Limits};
use framezip_frames::{FramesError, SourceVideo};
use framezip_media::{Truth, number, path, truth};
use std::{
    fs::File,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

/// Returns the numbers and times of the frames for these times, by a full decode.
fn expected(truth: &Truth, times: impl IntoIterator<Item = f64>) -> Vec<(u32, f64)> {
    let mut frames: Vec<_> = times.into_iter().map(|time| truth.frame_at(time)).collect();
    frames.dedup();
    frames.iter().map(|frame| (truth.numbers[*frame], truth.seconds(*frame))).collect()
}

fn assert_frames(name: &str, json: &str, expected: &[(u32, f64)]) {
    let (frames, _) = extract(name, json).unwrap_or_else(|error| panic!("{name} {json}: {error}"));
    let shown: Vec<_> = frames.iter().map(|frame| number(&frame.image)).collect();
    let wanted: Vec<_> = expected.iter().map(|(number, _)| Some(*number)).collect();
    assert_eq!(shown, wanted, "{name} {json}");
    for (frame, (_, time)) in frames.iter().zip(expected) {
        assert!(
            (frame.frame.seconds - time).abs() < 1e-6,
            "{name} {json}: {} ≠ {time}",
            frame.frame.seconds
        );
        let milliseconds = frame.frame.milliseconds as f64;
        assert!(
            (milliseconds - time * 1000.0).abs() <= 0.5 + 1e-6,
            "{name} {json}: {milliseconds}"
        );
    }
}

#[test]
fn every_extracts_the_frame_on_screen_at_each_step() {
    for (name, truth) in truth() {
        for step in [1.0, 0.25, 2.5] {
            let last = truth.pts.len() - 1;
            // the last frame is on screen for as long as the one before, within the millisecond to which
            // Matroska rounds
            let length = 2.0 * truth.seconds(last) - truth.seconds(last - 1) - 0.0015;
            let steps = (0..).map(|index| f64::from(index) * step);
            let times = steps.take_while(|time| *time < length);
            let expected = expected(&truth, times);
            assert_frames(&name, &format!(r#"{{"every":{step}}}"#), &expected);
        }
    }
}

#[test]
fn any_time_gives_the_frame_on_screen_then() {
    for (name, truth) in truth() {
        for twelfth in 0..12 {
            let time = f64::from(twelfth) * truth.seconds(truth.pts.len() - 1) / 12.0;
            let time = (time * 1e6).floor() / 1e6;
            let expected = expected(&truth, [time]);
            assert_frames(&name, &format!(r#"{{"at":[{time}]}}"#), &expected);
        }
    }
}

#[test]
fn keyframes_equal_those_of_a_full_decode() {
    for (name, truth) in truth() {
        let all = truth.keyframes.iter();
        let all: Vec<_> = all.map(|frame| (truth.numbers[*frame], truth.seconds(*frame))).collect();
        assert_frames(&name, r#"{"keyframes":true}"#, &all);
    }
}

#[test]
fn few_packets_are_read_and_decoded() {
    for (name, json, read, decoded) in [
        ("h264-30fps.mp4", r#"{"keyframes":true}"#, 30, 15),
        ("h264-30fps.mp4", r#"{"at":[4]}"#, 20, 10),
        ("h264-30fps.mp4", r#"{"at":[2.5]}"#, 40, 20),
        ("av1.mp4", r#"{"at":[2.5]}"#, 40, 28),
        // one packet for each frame, and one to open the file
        ("prores.mov", r#"{"every":0.2}"#, 12, 6),
        // the last fragment is read for the end
        ("h264-fragmented-clock.mp4", r#"{"at":[1]}"#, 60, 25),
        ("h264-fragmented-clock.mp4", r#"{"at":[4.8]}"#, 60, 25),
        ("h264-fragmented-late.mp4", r#"{"at":[1]}"#, 60, 25),
        // a search reads twice from two seconds before
        ("h264-long.ts", r#"{"at":[29]}"#, 300, 40),
        // the keyframe is searched if the index does not show it
        ("mpeg4-wrong-index.avi", r#"{"at":[4.7]}"#, 320, 20),
        // fragments without a wanted frame
        ("h264-segment-index.mp4", r#"{"every":20}"#, 40, 30),
        // blank frames are decoded once more, all in one pass
        ("blank.mp4", r#"{"fps":30,"skipBlank":true}"#, 450, 360),
    ] {
        let (_, report) = extract_with(name, json, 1).unwrap();
        let counts = (report.packets_read, report.packets_decoded);
        assert!(counts.0 <= read && counts.1 <= decoded, "{name} {json}: {counts:?}");
    }
}

#[test]
fn a_video_ends_when_its_last_frame_does() {
    for (name, truth) in truth() {
        let video = open(&name, &options("{}"), &Limits::default()).unwrap();
        let last = truth.pts.len() - 1;
        let length = 2.0 * truth.seconds(last) - truth.seconds(last - 1);
        let duration = video.plan().source().duration.unwrap();
        // an AVI with packed B-frames has more packets than frames
        assert!((duration - length).abs() < 0.1, "{name}: {duration} ≠ {length}");
    }
}

#[test]
fn count_extracts_the_centres() {
    // the length of the file is exactly six seconds
    let truth = &truth()["h264-30fps.mp4"];
    for count in [1, 4, 7] {
        let times = (0..count).map(|index| 6.0 * (f64::from(index) + 0.5) / f64::from(count));
        let expected = expected(truth, times);
        assert_frames("h264-30fps.mp4", &format!(r#"{{"count":{count}}}"#), &expected);
    }
}

#[test]
fn a_step_shorter_than_a_frame_extracts_each_frame_once() {
    for name in ["h264-ntsc-moov-last.mp4", "h264-variable-rate.mkv", "mpeg2.ts", "vp9.webm"] {
        let truth = &truth()[name];
        let all: Vec<_> = (0..truth.pts.len())
            .map(|frame| (truth.numbers[frame], truth.seconds(frame)))
            .collect();
        assert_frames(name, r#"{"every":0.005}"#, &all);
    }
}

#[test]
fn images_are_upright_with_square_pixels() {
    for (name, truth) in truth() {
        let (frames, _) = extract(&name, r#"{"count":1}"#).unwrap();
        let size = (frames[0].frame.width, frames[0].frame.height);
        assert_eq!(size, (truth.display_width, truth.display_height), "{name}");
        let image = turbojpeg::decompress(&frames[0].image, turbojpeg::PixelFormat::RGB).unwrap();
        assert_eq!((image.width as u32, image.height as u32), size, "{name}");
    }
}

#[test]
fn images_fit_the_requested_size_and_never_grow() {
    for (json, size) in [
        (r#"{"count":1,"width":160}"#, (160, 90)),
        (r#"{"count":1,"height":60}"#, (107, 60)),
        (r#"{"count":1,"width":100,"height":100}"#, (100, 56)),
        (r#"{"count":1,"width":4000}"#, (320, 180)),
        (r#"{"count":1,"width":100,"height":100,"fit":"fill"}"#, (100, 100)),
        (r#"{"count":1,"width":4000,"height":90,"fit":"fill"}"#, (320, 90)),
        (r#"{"count":1,"width":320,"height":100,"fit":"fill"}"#, (320, 100)),
    ] {
        let (frames, _) = extract("h264-30fps.mp4", json).unwrap();
        assert_eq!((frames[0].frame.width, frames[0].frame.height), size, "{json}");
        assert!(number(&frames[0].image).is_some());
    }
    let (frames, _) = extract("h264-rotated.mov", r#"{"count":1,"width":89}"#).unwrap();
    assert_eq!((frames[0].frame.width, frames[0].frame.height), (89, 159));
}

#[test]
fn a_cover_is_cropped_around_the_centre() {
    let json = r#"{"count":1,"width":90,"height":90,"fit":"cover"}"#;
    let (frames, _) = extract("h264-30fps.mp4", json).unwrap();
    assert_eq!((frames[0].frame.width, frames[0].frame.height), (90, 90));
    let cut = turbojpeg::decompress(&frames[0].image, turbojpeg::PixelFormat::GRAY).unwrap();
    let (frames, _) = extract("h264-30fps.mp4", r#"{"count":1,"height":90}"#).unwrap();
    let whole = turbojpeg::decompress(&frames[0].image, turbojpeg::PixelFormat::GRAY).unwrap();
    for (x, y) in [(2, 2), (45, 45), (87, 80), (20, 10)] {
        let cut = i32::from(cut.pixels[y * cut.pitch + x]);
        let whole = i32::from(whole.pixels[y * whole.pitch + x + (whole.width - 90) / 2]);
        assert!((cut - whole).abs() < 24, "at {x}, {y}: {cut} {whole}");
    }
}

#[test]
fn quality_is_the_quality_of_jpegs() {
    let size = |json| extract("h264-30fps.mp4", json).unwrap().0[0].image.len();
    assert!(size(r#"{"count":1,"quality":95}"#) > 2 * size(r#"{"count":1,"quality":20}"#));
}

fn failure(name: &str) -> ErrorCode {
    match extract(name, "{}") {
        Err(FramesError::Media(failure)) => {
            assert!(failure.message.ends_with('.'), "{}", failure.message);
            failure.code
        }
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn bad_files_are_refused_with_a_reason() {
    assert_eq!(failure("text.mp4"), ErrorCode::NotAVideo);
    assert_eq!(failure("empty.mp4"), ErrorCode::NotAVideo);
    assert_eq!(failure("truncated-moov.mp4"), ErrorCode::NotAVideo);
    assert_eq!(failure("audio-only.m4a"), ErrorCode::NoVideoStream);
    assert_eq!(failure("cover-art.m4a"), ErrorCode::NoVideoStream);
}

#[test]
fn frames_of_a_truncated_file_are_extracted_with_a_warning() {
    let (frames, warnings) = extract("truncated-head.mp4", r#"{"every":1}"#).unwrap();
    let shown: Vec<_> = frames.iter().filter_map(|frame| number(&frame.image)).collect();
    assert_eq!(shown, [0, 30, 60]);
    let last = warnings.last().unwrap();
    assert_eq!(last.time, Some(3.0));
    assert!(last.message.contains("3 of the chosen frames"), "{}", last.message);
}

/// Recordings of broadcasts have such holes if the reception failed for a while.
#[test]
fn frames_after_a_hole_in_a_transport_stream_are_found() {
    let name = "h264-long.ts";
    let mut file = std::fs::read(path(name)).unwrap();
    let middle = file.len() / 188 / 2 * 188;
    file.splice(middle..middle, std::iter::repeat_n(0, 3 << 20));
    let (outputs, _) = all(open_bytes(file, r#"{"every":1}"#).unwrap(), 2).unwrap();
    let shown: Vec<_> = shots(outputs).iter().filter_map(|shot| number(&shot.image)).collect();
    let expected = expected(&truth()[name], (0..30).map(f64::from));
    let expected: Vec<_> = expected.into_iter().map(|(number, _)| number).collect();
    // the hole is between frames
    assert_eq!(shown, expected);
}

#[test]
fn a_length_that_ends_between_two_frames_belongs_to_the_last_one() {
    // the edit list ends 6 ms after the last frame
    let (frames, warnings) = extract("h264-trimmed.mp4", r#"{"fps":18}"#).unwrap();
    assert_eq!(frames.last().unwrap().frame.milliseconds, 3300);
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn no_frame_is_lost_if_packets_have_only_decode_times() {
    let truth = truth();
    for name in ["h264.avi", "mpeg4.avi", "mpeg2.m2v"] {
        let (frames, warnings) = extract(name, r#"{"fps":25}"#).unwrap();
        assert_eq!(frames.len(), truth[name].pts.len(), "{name}");
        assert!(warnings.is_empty(), "{name}: {warnings:?}");
    }
}

#[test]
fn times_outside_the_video_are_reported() {
    let (frames, warnings) = extract("h264-30fps.mp4", r#"{"at":[1,7,"100%"]}"#).unwrap();
    let shown: Vec<_> = frames.iter().filter_map(|frame| number(&frame.image)).collect();
    assert_eq!(shown, [30, 179]);
    assert!(warnings[0].message.starts_with("1 of the times"), "{warnings:?}");
}

#[test]
fn damage_is_reported_with_its_time() {
    let (frames, warnings) = extract("garbage.mp4", r#"{"every":1}"#).unwrap();
    assert!(frames.len() >= 3, "{}", frames.len());
    assert!(!warnings.is_empty());
    assert!(warnings.iter().all(|warning| warning.time.is_some()));
}

#[test]
fn an_index_that_marks_every_packet_as_a_keyframe_does_no_harm() {
    for name in ["h264-30fps.mp4", "hevc.mp4", "av1.mp4"] {
        let mut file = std::fs::read(path(name)).unwrap();
        // ISO 14496-12, 8.6.2: without this table every sample is a sync sample
        let table = file.windows(4).position(|kind| kind == b"stss").unwrap();
        file[table..table + 4].copy_from_slice(b"free");
        let json = r#"{"every":0.2}"#;
        let (outputs, report) = all(open_bytes(file, json).unwrap(), 2).unwrap();
        assert_eq!(report.warnings, [], "{name}");
        let (expected, _) = extract(name, json).unwrap();
        assert!(shots(outputs) == expected, "{name}");
    }
}

#[test]
fn limits_are_enforced() {
    let code = |limits: Limits| match open("h264-30fps.mp4", &options(r#"{"every":1}"#), &limits) {
        Err(FramesError::Media(failure)) => failure.code,
        other => panic!("{:?}", other.map(|_| ())),
    };
    let limits = Limits::default();
    assert_eq!(code(Limits { frames: 5, ..limits }), ErrorCode::TooManyFrames);
    assert_eq!(code(Limits { duration_seconds: 5, ..limits }), ErrorCode::TooLong);
    assert_eq!(code(Limits { pixels: 1000, ..limits }), ErrorCode::TooManyPixels);
}

#[test]
fn an_interrupt_ends_opening() {
    let open = || File::open(path("h264-30fps.mp4"));
    let opened = SourceVideo::open(open, || true, &Extraction::default(), &Limits::default(), 1);
    assert!(matches!(opened.map(|_| ()), Err(FramesError::Interrupted)));
}

#[test]
fn an_interrupt_ends_decoding() {
    let calls = Arc::new(AtomicU32::new(0));
    let count = calls.clone();
    let open = || File::open(path("h264-30fps.mp4"));
    let interrupt = move || count.fetch_add(1, Ordering::Relaxed) > 100;
    let all = options(r#"{"every":0.01}"#);
    let result = SourceVideo::open(open, interrupt, &all, &Limits::default(), 1)
        .and_then(|video| video.extract(1, |_| Ok(())));
    assert!(matches!(result, Err(FramesError::Interrupted)), "{result:?}");
    assert!(calls.load(Ordering::Relaxed) > 100);
}

/// A reader that fails after `left` bytes.
struct Failing {
    file: File,
    left: usize,
}

impl std::io::Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 {
            return Err(std::io::Error::other("the network is gone"));
        }
        let most = buffer.len().min(self.left);
        let count = self.file.read(&mut buffer[..most])?;
        self.left -= count;
        Ok(count)
    }
}

impl std::io::Seek for Failing {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.file.seek(to)
    }
}

#[test]
fn a_failing_reader_is_not_reported_as_a_damaged_video() {
    for (name, truth) in truth() {
        let length = std::fs::metadata(path(&name)).unwrap().len() as usize;
        for left in [0, length / 4, length / 2] {
            let path = path(&name);
            let failing = move || Ok(Failing { file: File::open(&path)?, left });
            let all = options(r#"{"every":0.01}"#);
            let result = SourceVideo::open(failing, || false, &all, &Limits::default(), 2)
                .and_then(|video| video.extract(2, |_| Ok(())));
            match result {
                Err(FramesError::Read(error)) => {
                    assert_eq!(error.to_string(), "the network is gone", "{name} {left}");
                }
                other => panic!("{name} {left} ({}): {other:?}", truth.codec),
            }
        }
    }
}
