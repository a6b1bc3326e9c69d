//! However a video is cut into parts, it gives the same files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{extract_with, open, options};
use framezip_contract::Limits;
use framezip_frames::{Output, Part, Plan, Report, Video, poster};
use framezip_media::path;
use std::{fs::File, ops::ControlFlow};

/// As it comes to another worker.
fn sent<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    ciborium::from_reader(&bytes[..]).unwrap()
}

fn resumed(name: &str, plan: &Plan) -> Video {
    let path = path(name);
    Video::resume(move || File::open(&path), || false, sent(plan), &Limits::default()).unwrap()
}

/// Extracts part by part, each to be cut where its sink has taken so many frames.
fn in_parts(name: &str, json: &str, frames: usize) -> (Vec<Output>, Report, usize) {
    let extraction = options(json);
    let mut video = open(name, &extraction, &Limits::default()).unwrap();
    let plan = video.plan().clone();
    let (mut outputs, mut parts): (Vec<Output>, Vec<Part>) = (Vec::new(), Vec::new());
    let mut next = 0;
    while next < plan.total() {
        let mut taken = 0;
        let part = video.part(next..plan.total(), 2, |output| {
            taken += usize::from(output.frame.is_some());
            outputs.push(output);
            Ok(if taken < frames { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        });
        let part = part.unwrap();
        assert!(part.targets.start == next && part.targets.end > next, "{name} {json}");
        assert_eq!(part.targets.end % plan.step() * (plan.total() - part.targets.end), 0);
        next = part.targets.end;
        parts.push(sent(&part));
        video = resumed(name, &plan);
    }
    let file = plan.file(poster(parts.iter()).unwrap());
    let image = outputs.iter().find(|output| output.name == file).unwrap().bytes.clone();
    let (files, report) = plan.finish(&parts, image).unwrap();
    outputs.extend(files);
    (outputs, report, parts.len())
}

fn check(name: &str, json: &str) {
    let (whole, told) = extract_with(name, json, 2).unwrap();
    let mut most = 0;
    for frames in [1, 2, 5] {
        let (outputs, report, parts) = in_parts(name, json, frames);
        let names = |outputs: &[Output]| -> Vec<_> {
            outputs.iter().map(|output| output.name.clone()).collect()
        };
        assert_eq!(names(&outputs), names(&whole), "{name} {json}, cut after {frames}");
        for (one, other) in outputs.iter().zip(&whole) {
            assert!(one.bytes == other.bytes, "{}: {name} {json}, cut after {frames}", one.name);
        }
        assert_eq!((report.frames, &report.warnings), (told.frames, &told.warnings));
        most = most.max(parts);
    }
    assert!(most > 1, "{name} {json} was never cut");
}

#[test]
fn frames_of_every_kind_of_container() {
    for name in [
        "h264-30fps.mp4",
        "h264-variable-rate.mkv",
        "h264-open-gops.ts",
        "h264-no-cues.mkv",
        "h264-fragmented.mp4",
        "h264-one-keyframe.mp4",
        "flv1.flv",
        "vp9.webm",
        "animated.gif",
    ] {
        check(name, r#"{"every":0.3}"#);
    }
}

#[test]
fn frames_that_several_targets_choose() {
    check("h264-variable-rate.mkv", r#"{"fps":100}"#);
    check("h264-30fps.mp4", r#"{"fps":"120","to":0.5}"#);
}

#[test]
fn every_choice_and_extra() {
    let name = "h264-30fps.mp4";
    check(name, r#"{"keyframes":true}"#);
    check(name, r#"{"count":9,"sheet":{"columns":2,"rows":2,"width":64}}"#);
    check(name, r#"{"fps":10,"storyboard":{"columns":3,"rows":1,"width":64},"sheet":{}}"#);
    check("scenes.mp4", r#"{"scenes":0.3,"sheet":{}}"#);
    check(
        "blank.mp4",
        r#"{"fps":10,"storyboard":{"columns":2,"rows":2,"width":32},"skipBlank":true}"#,
    );
}

#[test]
fn damage_is_told_once() {
    check("truncated-head.mp4", r#"{"every":0.2}"#);
}
