//! Extracts from a transport stream whose clock jumps ahead.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{all, open_bytes, shots};
use framezip_media::{number, path, truth};

const NAME: &str = "h264-long.ts";
/// The time of the first frame.
const START: u64 = 133_200;
/// The number of the first frame after the jump, a keyframe.
const AFTER: usize = 400;
/// An hour in units of a transport stream.
const JUMP: u64 = 3600 * 90_000;

/// Moves all presentation times from `from` on by an hour.
fn jump(stream: &mut [u8], from: u64) {
    for packet in stream.chunks_exact_mut(188) {
        // ISO/IEC 13818-1, 2.4.3: a PES packet starts in this packet, after an adaptation field
        let (starts, adapted) = (packet[1] & 0x40 != 0, packet[3] & 0x20 != 0);
        let header = 4 + if adapted { 1 + usize::from(packet[4]) } else { 0 };
        if !starts || packet.get(header..header + 3) != Some(&[0, 0, 1]) {
            continue;
        }
        let pes = &mut packet[header..];
        let count = (pes[7] >> 6).count_ones() as usize;
        let timestamps = &mut pes[9..9 + 5 * count];
        if timestamps.is_empty() || time(timestamps) < from {
            continue;
        }
        for timestamp in timestamps.chunks_exact_mut(5) {
            let time = time(timestamp) + JUMP;
            timestamp[0] = timestamp[0] & 0xf1 | (time >> 29) as u8 & 0x0e;
            timestamp[1] = (time >> 22) as u8;
            timestamp[2] = (time >> 14) as u8 | 1;
            timestamp[3] = (time >> 7) as u8;
            timestamp[4] = (time << 1) as u8 | 1;
        }
    }
}

/// Reads a timestamp: 33 bits, separated by marker bits.
fn time(timestamp: &[u8]) -> u64 {
    let bits = |byte: usize, mask: u8| u64::from((timestamp[byte] & mask) >> 1);
    let whole = |byte: usize| u64::from(timestamp[byte]);
    bits(0, 0x0e) << 30 | whole(1) << 22 | bits(2, 0xfe) << 15 | whole(3) << 7 | bits(4, 0xfe)
}

#[test]
fn frames_after_a_jump_of_the_clock_follow_those_before_it() {
    let truth = &truth()[NAME];
    assert!(truth.keyframes.contains(&AFTER));
    let mut stream = std::fs::read(path(NAME)).unwrap();
    jump(&mut stream, START + truth.pts[AFTER] as u64);
    let video = open_bytes(stream, r#"{"every":1}"#).unwrap();
    let targets = u64::from(video.plan().total());
    assert_eq!(targets, 30);
    let (outputs, report) = all(video, 1).unwrap();
    let shown = shots(outputs).into_iter().map(|shot| (number(&shot.image), shot.frame.seconds));
    let shown: Vec<_> = shown.collect();
    let frame = |second: u32| {
        let frame = truth.frame_at(second.into());
        (Some(truth.numbers[frame]), truth.seconds(frame))
    };
    assert_eq!(shown, (0..30).map(frame).collect::<Vec<_>>());
    let times: Vec<_> = report.warnings.iter().map(|warning| warning.time).collect();
    assert_eq!(times, [Some(truth.seconds(AFTER))], "{:?}", report.warnings);
    assert!(report.packets_decoded <= 60 * targets, "{} decoded", report.packets_decoded);
    assert!(report.packets_read <= 450 * targets, "{} read", report.packets_read);
}
