//! Checks that the files are the same for any split into segments.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{all, broken, open_bytes};
use framezip_contract::Limits;
use framezip_frames::{
    ExtractedSegment, ExtractionReport, FramesError, OutputFile, Plan, SourceVideo, poster,
};
use framezip_media::{kinds, path, special, truth};
use std::{io::Cursor, ops::ControlFlow};

/// Returns a value as another worker receives it.
fn sent<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    ciborium::from_reader(&bytes[..]).unwrap()
}

fn resumed(bytes: &[u8], plan: &Plan) -> SourceVideo {
    let bytes = bytes.to_vec();
    let open = move || Ok(Cursor::new(bytes.clone()));
    SourceVideo::resume(open, || false, sent(plan), &Limits::default()).unwrap()
}

/// Extracts segment by segment. Each segment is cut after this number of frames. Returns also the number of segments.
fn in_segments(
    bytes: &[u8],
    json: &str,
    frames: usize,
) -> Result<(Vec<OutputFile>, ExtractionReport, usize), FramesError> {
    let mut video = open_bytes(bytes.to_vec(), json)?;
    let plan = video.plan().clone();
    let mut outputs: Vec<OutputFile> = Vec::new();
    let mut segments: Vec<ExtractedSegment> = Vec::new();
    let mut next = 0;
    while next < plan.total() {
        let mut taken = 0;
        let segment = video.extract_segment(next..plan.total(), 2, |output| {
            taken += usize::from(output.frame.is_some());
            outputs.push(output);
            Ok(if taken < frames { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        assert!(segment.targets.start == next && segment.targets.end > next);
        assert_eq!(segment.targets.end % plan.step() * (plan.total() - segment.targets.end), 0);
        next = segment.targets.end;
        segments.push(sent(&segment));
        video = resumed(bytes, &plan);
    }
    let file = poster(segments.iter()).map(|frame| plan.file_name(frame));
    let image = outputs.iter().find(|output| Some(&output.name) == file.as_ref());
    let image = image.map(|output| output.bytes.clone()).unwrap_or_default();
    let (files, report) = plan.finish(&segments, image)?;
    outputs.extend(files);
    Ok((outputs, report, segments.len()))
}

/// The files and the number of frames, or an error message.
type Extracted = Result<(Vec<OutputFile>, u32), String>;

fn extracted(outputs: Vec<OutputFile>, report: &ExtractionReport) -> (Vec<OutputFile>, u32) {
    (outputs, report.frames)
}

fn with_threads(bytes: &[u8], json: &str, threads: usize) -> Extracted {
    let video = open_bytes(bytes.to_vec(), json).map_err(|error| error.to_string())?;
    let (outputs, report) = all(video, threads).map_err(|error| error.to_string())?;
    Ok(extracted(outputs, &report))
}

/// Describes the first difference, if there is one.
fn difference(one: &Extracted, other: &Extracted) -> Option<String> {
    let (Ok((one, _)), Ok((other, _))) = (one, other) else {
        let (one, other) = (one.as_ref().err(), other.as_ref().err());
        return (one != other).then(|| format!("{one:?} and {other:?}"));
    };
    let names = |outputs: &[OutputFile]| -> Vec<_> {
        outputs.iter().map(|output| output.name.clone()).collect()
    };
    if names(one) != names(other) {
        return Some(format!("{:?} and {:?}", names(one), names(other)));
    }
    let differs = |(one, other): &(&OutputFile, &OutputFile)| one.bytes != other.bytes;
    let (one, other) = one.iter().zip(other).find(differs)?;
    let text = |output: &OutputFile| String::from_utf8_lossy(&output.bytes).into_owned();
    let is_text = one.name.ends_with(".json");
    Some(if is_text { format!("{} and {}", text(one), text(other)) } else { one.name.clone() })
}

fn check(name: &str, json: &str) {
    let bytes = std::fs::read(path(name)).unwrap();
    let whole = with_threads(&bytes, json, 2);
    let mut most = 0;
    for frames in [1, 2, 5] {
        let (outputs, report, segments) = in_segments(&bytes, json, frames).unwrap();
        let what = format!("{name} {json}, cut after {frames}");
        assert_eq!(difference(&Ok(extracted(outputs, &report)), &whole), None, "{what}");
        most = most.max(segments);
    }
    assert!(most > 1, "{name} {json} was never cut");
}

/// Returns all test files, good and bad, and some with holes.
fn files() -> Vec<(String, Vec<u8>)> {
    let names = truth().into_keys().chain(special().into_keys()).chain(kinds().into_keys());
    let bad = ["truncated-head.mp4", "garbage.mp4", "truncated-moov.mp4", "text.mp4", "empty.mp4"];
    let names = names.chain(bad.map(str::to_owned));
    let whole = names.map(|name| (name.clone(), std::fs::read(path(&name)).unwrap()));
    // in this file the hole hides the index of a fragment, which FFmpeg searches from its last position on
    let holes = truth().into_keys().filter(|name| name != "h264-segment-index.mp4");
    let holes = holes.flat_map(|name| {
        [(20, 30), (50, 60)]
            .map(|(from, to)| (format!("{name} {from}-{to}"), broken(&name, from, to)))
    });
    // the last packet of a cut file is shorter than a picture
    let cut =
        kinds().into_keys().filter(|name| name.starts_with("state-") || name.ends_with(".ts"));
    let cut = cut.map(|name| {
        let mut bytes = std::fs::read(path(&name)).unwrap();
        bytes.truncate(bytes.len() * 3 / 5);
        (format!("{name} cut"), bytes)
    });
    whole.chain(holes).chain(cut).collect()
}

#[test]
fn any_number_of_threads_and_segments_gives_the_same_files() {
    let mut differences = Vec::new();
    for (name, bytes) in files() {
        for json in [
            r#"{"every":0.2}"#,
            r#"{"at":["10%",1.1,"90%"]}"#,
            r#"{"scenes":0.1,"sheet":{"columns":2,"rows":2}}"#,
            r#"{"fps":5,"width":64,"skipBlank":true,"storyboard":{"columns":3,"rows":2}}"#,
        ] {
            let mut compare = |one: &Extracted, other: &Extracted, how: &str| {
                let found = difference(one, other);
                differences.extend(found.map(|found| format!("{name} {json} {how}: {found}")));
            };
            let alone = with_threads(&bytes, json, 1);
            compare(&with_threads(&bytes, json, 2), &alone, "with 2 threads");
            compare(&with_threads(&bytes, json, 4), &alone, "with 4 threads");
            // packets of an AVI have no times: after a hole, they are counted from the start of reading
            if name.contains(".avi ") {
                continue;
            }
            let cut = in_segments(&bytes, json, 4)
                .map(|(outputs, report, _)| extracted(outputs, &report));
            compare(&cut.map_err(|error| error.to_string()), &alone, "in segments");
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_kind_of_container_can_be_cut() {
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
fn a_frame_of_several_targets_may_be_at_a_cut() {
    check("h264-variable-rate.mkv", r#"{"fps":100}"#);
    check("h264-30fps.mp4", r#"{"fps":"120","to":0.5}"#);
}

#[test]
fn every_selection_and_extra_can_be_cut() {
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
fn damage_is_reported_once() {
    check("truncated-head.mp4", r#"{"every":0.2}"#);
}
