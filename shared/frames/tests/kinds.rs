//! Files of the kinds that other tools extract wrongly (`tests/media/kinds.json`): edit lists, clocks that
//! jump, state that changes midway, what only the container says, photos, protected and damaged files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{Shot, extract_with, read_png, shots};
use framezip_contract::{Source, Warning};
use framezip_frames::FramesError;
use framezip_media::{Kind, kinds, number};
use serde_json::{Value, json};

/// How far a colour may be off, in levels.
const COLOUR: f64 = 12.0;
/// Times are stored in ticks of a millisecond or less.
const TICK: f64 = 0.0011;
/// Lengths may be off by as much as containers round them.
const LENGTH: f64 = 0.011;

/// The file's options in another image format.
fn options(kind: &Kind, format: &str) -> String {
    let mut options = kind.options.clone();
    if options.is_null() {
        options = json!({ "fps": 25 });
    }
    options["format"] = Value::from(format);
    options.to_string()
}

/// Everything that is wrong with what was extracted.
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
        let given: Vec<_> = shots.iter().map(|shot| shot.frame.seconds).collect();
        let are_near = given.iter().zip(times).all(|(given, time)| (given - time).abs() < TICK);
        check(given.len() == times.len() && are_near, format!("at {given:?}"));
    }
    if let Some(duration) = kind.duration {
        let given = source.duration.unwrap();
        check((given - duration).abs() < LENGTH, format!("{given} s long"));
    }
    if let Some(rate) = kind.frame_rate {
        let given = source.frame_rate.unwrap_or(0.0);
        check((given - rate).abs() < 0.011, format!("{given} frames a second"));
    }
    let sizes = shots.iter().map(|shot| [shot.frame.width, shot.frame.height]);
    if let Some(size) = kind.size {
        check(
            sizes.clone().all(|given| given == size),
            format!("sizes {:?}", sizes.clone().next()),
        );
    }
    for [first, width, height] in kind.sizes.iter().flatten() {
        let given = sizes.clone().nth(*first as usize);
        check(given == Some([*width, *height]), format!("frame {first} is {given:?}"));
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
fn every_kind_is_right() {
    let faults: Vec<_> = kinds()
        .iter()
        .flat_map(|(name, kind)| {
            faults_of(name, kind).into_iter().map(move |fault| format!("{name}: {fault}"))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
