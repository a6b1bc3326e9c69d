//! Extracts from files that other tools handle wrongly (`tests/media/kinds.json`): edit lists, clocks that jump, decoder
//! state that changes midway, properties that only the container states, photos, protected and damaged files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{Shot, extract_with, read_png, shots};
use framezip_contract::{Source, Warning};
use framezip_frames::FramesError;
use framezip_media::{Kind, kinds, number};
use serde_json::{Value, json};

/// The tolerance of colours, in levels.
const COLOUR: f64 = 12.0;
/// The tolerance of times in seconds: files store them in units of a millisecond or less.
const TIME: f64 = 0.0011;
/// The tolerance of lengths in seconds: containers round them.
const LENGTH: f64 = 0.011;

/// Returns the options of a file, with another image format.
fn options(kind: &Kind, format: &str) -> String {
    let mut options = kind.options.clone();
    if options.is_null() {
        options = json!({ "fps": 25 });
    }
    options["format"] = Value::from(format);
    options.to_string()
}

/// Returns everything that is wrong with the extracted frames.
fn faults(
    kind: &Kind,
    name: &str,
    shots: &[Shot],
    source: &Source,
    warnings: &[Warning],
) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, fault: String| faults.extend((!holds).then_some(fault));
    if let Some(numbers) = &kind.numbers {
        let shown: Vec<_> = shots.iter().map(|shot| number(&shot.image)).collect();
        let wanted: Vec<_> = numbers.iter().copied().map(Some).collect();
        check(shown == wanted, format!("shows {shown:?}"));
    }
    if let Some(times) = &kind.times {
        let found: Vec<_> = shots.iter().map(|shot| shot.frame.seconds).collect();
        let are_near = found.iter().zip(times).all(|(found, time)| (found - time).abs() < TIME);
        check(found.len() == times.len() && are_near, format!("at {found:?}"));
    }
    if let Some(duration) = kind.duration {
        let found = source.duration.unwrap();
        check((found - duration).abs() < LENGTH, format!("{found} s long"));
    }
    if let Some(rate) = kind.frame_rate {
        let found = source.frame_rate.unwrap_or(0.0);
        check((found - rate).abs() < 0.011, format!("{found} frames a second"));
    }
    let sizes = shots.iter().map(|shot| [shot.frame.width, shot.frame.height]);
    if let Some(size) = kind.size {
        check(
            sizes.clone().all(|found| found == size),
            format!("sizes {:?}", sizes.clone().next()),
        );
    }
    for [first, width, height] in kind.sizes.iter().flatten() {
        let found = sizes.clone().nth(*first as usize);
        check(found == Some([*width, *height]), format!("frame {first} is {found:?}"));
    }
    if let Some(warns) = kind.warns {
        check(warns != warnings.is_empty(), format!("{warnings:?}"));
    }
    let is_damage = warnings.iter().any(|warning| warning.message.contains("damaged"));
    check(!is_damage || kind.kind == 13, format!("false warnings {warnings:?}"));
    if let Some(pixels) = &kind.pixels {
        let (outputs, _) = extract_with(name, &options(kind, "png"), 1).unwrap();
        let image = read_png(&common::shots(outputs)[0].image);
        for [x, y, colour @ ..] in pixels {
            let pixel = image.at(*x, *y);
            let off =
                pixel.iter().zip(colour).map(|(level, wanted)| (f64::from(*level) - wanted).abs());
            check(
                off.fold(0.0, f64::max) <= COLOUR,
                format!("{pixel:?} at {x}, {y}, not {colour:?}"),
            );
        }
    }
    faults
}

fn faults_of(name: &str, kind: &Kind) -> Vec<String> {
    let json = options(kind, "jpeg");
    let source = common::open(name, &common::options(&json), &Default::default())
        .map(|video| video.plan().source().clone());
    let extracted = source.and_then(|source| Ok((source, extract_with(name, &json, 2)?)));
    match (extracted, &kind.refuse) {
        (Err(FramesError::Media(failure)), Some(codes)) => {
            let is_listed = codes.iter().any(|code| *code == failure.code.as_str());
            let is_sentence = failure.message.ends_with('.');
            let fault = format!("{}: {}", failure.code, failure.message);
            if is_listed && is_sentence { Vec::new() } else { vec![fault] }
        }
        (Err(error), _) => vec![error.to_string()],
        (Ok(_), Some(codes)) => vec![format!("not refused with {codes:?}")],
        (Ok((source, (outputs, report))), None) => {
            faults(kind, name, &shots(outputs), &source, &report.warnings)
        }
    }
}

#[test]
fn every_kind_is_extracted_correctly() {
    let faults: Vec<_> = kinds()
        .iter()
        .flat_map(|(name, kind)| {
            faults_of(name, kind).into_iter().map(move |fault| format!("{name}: {fault}"))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
