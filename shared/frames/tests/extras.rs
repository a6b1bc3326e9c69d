//! Extracts scenes, blank frames, posters, sheets and storyboards from real files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{extract, extract_with, options, read_jpeg};
use framezip_contract::{ErrorCode, Limits};
use framezip_frames::{FramesError, OutputFile};
use framezip_media::{number, special};

fn numbers(name: &str, json: &str) -> Vec<Option<u32>> {
    let (shots, _) = extract(name, json).unwrap();
    shots.iter().map(|shot| number(&shot.image)).collect()
}

fn file<'a>(outputs: &'a [OutputFile], name: &str) -> &'a OutputFile {
    outputs.iter().find(|output| output.name == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn scenes_begin_after_cuts() {
    let truth = &special()["scenes.mp4"];
    let first = |frame: &usize| truth.numbers[*frame];
    let wanted: Vec<_> = [0].iter().chain(&truth.cuts).map(first).collect();
    assert_eq!(numbers("scenes.mp4", r#"{"scenes":0.3}"#), wanted);
    // a range begins with a scene of its own
    let ranged = numbers("scenes.mp4", r#"{"scenes":0.3,"from":0.5,"to":3}"#);
    assert_eq!(ranged, [truth.numbers[12], wanted[1], wanted[2]]);
    assert_eq!(numbers("scenes.mp4", r#"{"scenes":1}"#), wanted[..1]);
}

#[test]
fn scenes_of_too_many_frames_are_refused() {
    let limits = Limits { frames: 2, ..Limits::default() };
    match common::open("scenes.mp4", &options(r#"{"scenes":0.3}"#), &limits) {
        Err(FramesError::Media(failure)) => assert_eq!(failure.code, ErrorCode::TooManyFrames),
        other => panic!("{:?}", other.map(|_| ())),
    }
}

#[test]
fn blank_frames_are_replaced_by_the_next_that_is_not() {
    let truth = &special()["blank.mp4"];
    // 30 frames a second; frames 0 to 44 and 90 to 119 are blank
    let all = numbers("blank.mp4", r#"{"every":1}"#);
    assert_eq!(all.iter().filter(|number| number.is_none()).count(), 3);
    let (shots, warnings) = extract("blank.mp4", r#"{"every":1,"skipBlank":true}"#).unwrap();
    let shown: Vec<_> = shots.iter().map(|shot| number(&shot.image)).collect();
    let wanted = [45, 60, 120, 150].map(|frame| truth.numbers[frame]);
    assert_eq!(shown, wanted, "0 s is blank up to the next target, so is 3 s; 1 s becomes 1.5 s");
    assert_eq!(shots[0].frame.milliseconds, 1500);
    assert!(warnings[0].message.starts_with("2 of the chosen frames"), "{warnings:?}");
    let single = numbers("blank.mp4", r#"{"at":[0.1],"skipBlank":true}"#);
    assert_eq!(single, [truth.numbers[45]]);
}

#[test]
fn a_video_of_blank_frames_has_none_if_they_are_skipped() {
    match extract("all-black.mp4", r#"{"every":1,"skipBlank":true}"#) {
        Err(FramesError::Media(failure)) => assert_eq!(failure.code, ErrorCode::NoFramesInRange),
        other => panic!("{other:?}"),
    }
    assert_eq!(extract("all-black.mp4", r#"{"every":1}"#).unwrap().0.len(), 2);
}

#[test]
fn the_poster_is_the_first_frame_that_is_not_blank() {
    for (name, poster) in [("blank.mp4", 2), ("h264-30fps.mp4", 0), ("all-black.mp4", 0)] {
        let (outputs, _) = extract_with(name, r#"{"every":1}"#, 2).unwrap();
        let frames: Vec<_> = outputs.iter().filter(|output| output.frame.is_some()).collect();
        assert_eq!(file(&outputs, "poster.jpg").bytes, frames[poster].bytes, "{name}");
    }
}

#[test]
fn a_sheet_shows_frames_spread_evenly() {
    let json = r#"{"every":0.2,"sheet":{"columns":3,"rows":2,"width":160}}"#;
    let (outputs, _) = extract_with("h264-30fps.mp4", json, 2).unwrap();
    let sheet = read_jpeg(&file(&outputs, "sheet.jpg").bytes);
    assert_eq!((sheet.width, sheet.height), (480, 180));
    // 30 frames that are 6 apart: the middle one of every 5
    for (cell, frame) in [12, 42, 72, 102, 132, 162].into_iter().enumerate() {
        let (left, top) = (cell % 3 * 160, cell / 3 * 90);
        assert_eq!(tile(&sheet, left, top, 160, 90), Some(frame), "cell {cell}");
    }
}

/// Reads the number in a rectangle of an image.
fn tile(
    image: &common::Pixels,
    left: usize,
    top: usize,
    width: usize,
    height: usize,
) -> Option<u32> {
    let rows = (top..top + height)
        .flat_map(|row| image.bytes[(row * image.width + left) * 3..][..width * 3].iter().copied());
    let pixels: Vec<u8> = rows.collect();
    let format = turbojpeg::PixelFormat::RGB;
    let image = turbojpeg::Image { pixels: &pixels[..], width, pitch: width * 3, height, format };
    number(&turbojpeg::compress(image, 95, turbojpeg::Subsamp::None).unwrap())
}

#[test]
fn a_storyboard_locates_every_frame() {
    let json = r#"{"every":0.5,"storyboard":{"columns":2,"rows":2,"width":160}}"#;
    let (outputs, _) = extract_with("h264-30fps.mp4", json, 2).unwrap();
    let vtt = String::from_utf8(file(&outputs, "storyboard.vtt").bytes.clone()).unwrap();
    let mut lines = vtt.lines();
    assert_eq!(lines.next(), Some("WEBVTT"));
    let cues: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    assert_eq!(cues.len(), 2 * 12);
    for (index, cue) in cues.chunks(2).enumerate() {
        let start = format!("00:00:{:02}.{}00 --> ", index / 2, index % 2 * 5);
        assert!(cue[0].starts_with(&start), "{cue:?}");
        let (name, place) = cue[1].split_once("#xywh=").unwrap();
        let place: Vec<usize> = place.split(',').map(|side| side.parse().unwrap()).collect();
        let sprite = read_jpeg(&file(&outputs, name).bytes);
        assert_eq!((sprite.width, sprite.height), (320, 180));
        let shown = tile(&sprite, place[0], place[1], place[2], place[3]);
        assert_eq!(shown, Some(15 * index as u32), "{cue:?}");
    }
    assert!(cues[22].ends_with("00:00:06.000"), "the last cue lasts to the end: {}", cues[22]);
}

#[test]
fn the_manifest_lists_all_files() {
    let json = r#"{"every":1,"format":"png","sheet":{},"storyboard":{}}"#;
    let (outputs, report) = extract_with("h264-ntsc-moov-last.mp4", json, 2).unwrap();
    let last = outputs.last().unwrap();
    assert_eq!(last.name, "frames.json");
    let contents: serde_json::Value = serde_json::from_slice(&last.bytes).unwrap();
    let frames: Vec<_> =
        outputs.iter().filter_map(|output| Some((&output.name, output.frame.as_ref()?))).collect();
    assert_eq!(frames.len(), report.frames as usize);
    for (entry, (name, frame)) in contents["frames"].as_array().unwrap().iter().zip(&frames) {
        assert_eq!(entry["file"], name.as_str());
        assert!((entry["time"].as_f64().unwrap() - frame.seconds).abs() < 1e-9, "{entry}");
        assert_eq!(
            (&entry["width"], &entry["keyframe"]),
            (&frame.width.into(), &frame.keyframe.into())
        );
    }
    for (field, name) in
        [("poster", "poster.png"), ("sheet", "sheet.jpg"), ("storyboard", "storyboard.vtt")]
    {
        assert_eq!(contents[field], name);
        file(&outputs, name);
    }
    assert!(outputs.iter().all(|output| !output.bytes.is_empty()));
    let names: std::collections::BTreeSet<_> = outputs.iter().map(|output| &output.name).collect();
    assert_eq!(names.len(), outputs.len(), "every name is unique");
}
