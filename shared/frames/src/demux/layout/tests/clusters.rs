//! Matroska clusters whose clock goes back or jumps.

use super::{matroska::*, *};

const CUES: &[u8] = &[0x1C, 0x53, 0xBB, 0x6B];
const INFO: &[u8] = &[0x15, 0x49, 0xA9, 0x66];
const TIMECODE: &[u8] = &[0xE7];
const VIDEO: u8 = 1;
const SOUND: u8 = 2;
const KEY: u8 = 0x80;
/// No cuts.
const NONE: [usize; 0] = [];

/// A head with a track of sound before one of video.
fn head() -> Vec<u8> {
    let track = |number, kind| {
        element(&[0xAE], &[sized(&[0xD7], 1, &[number]), sized(&[0x83], 1, &[kind])].concat())
    };
    element(TRACKS, &[track(SOUND, 2), track(VIDEO, 1)].concat())
}

fn timecode(time: u64) -> Vec<u8> {
    sized(TIMECODE, 1, &time.to_be_bytes())
}

/// A block at a time relative to its cluster's.
fn block(track: u8, time: i16, flags: u8) -> Vec<u8> {
    let [high, low] = time.to_be_bytes();
    element(&[0xA3], &[&[0x80 | track, high, low, flags][..], &[7; 60]].concat())
}

/// A block group. It is a keyframe unless it refers to another block.
fn group(time: i16, references: bool) -> Vec<u8> {
    let [high, low] = time.to_be_bytes();
    let reference = if references { sized(&[0xFB], 1, &[1]) } else { Vec::new() };
    let block = element(&[0xA1], &[0x80 | VIDEO, high, low, 0, 7, 7]);
    element(&[0xA0], &[block, reference].concat())
}

/// The content of a cluster of 2 s.
fn content(time: u64) -> Vec<u8> {
    let blocks = [block(SOUND, 0, KEY), block(VIDEO, 0, KEY), block(VIDEO, 2000, 0)];
    [timecode(time), blocks.concat(), block(VIDEO, 1000, 0)].concat()
}

fn cluster(time: u64) -> Vec<u8> {
    element(CLUSTER, &content(time))
}

/// A cluster of one block.
fn short(time: u64, block: Vec<u8>) -> Vec<u8> {
    element(CLUSTER, &[timecode(time), block].concat())
}

/// A file of three recordings, with its cues after the clusters.
pub(super) fn jumping() -> Vec<u8> {
    let clusters = [0, 2000, 0, 2000, 5_000_000].map(cluster).concat();
    let seek_size = element(SEEK_HEAD, &seek(CUES, 0)).len();
    let seeks = element(SEEK_HEAD, &seek(CUES, seek_size + head().len() + clusters.len()));
    file(&[seeks, head(), clusters, element(CUES, &[5; 90])])
}

/// Two recordings in one Segment, as browsers write them.
pub(super) fn jumping_live() -> Vec<u8> {
    live_file(&[head(), [0, 2000, 1].map(|time| live(CLUSTER, &content(time))).concat()])
}

/// The offsets of clusters in a file.
fn offsets(file: &[u8]) -> Vec<u64> {
    let found = file.windows(4).enumerate().filter(|(_, bytes)| *bytes == CLUSTER);
    found.map(|(at, _)| at as u64).collect()
}

/// The numbers of the clusters that begin a recording in a file of these parts.
fn cuts_of(parts: &[Vec<u8>]) -> Vec<usize> {
    let cuts = |whole: Vec<u8>| -> Vec<_> {
        let clusters = offsets(&whole);
        let found = extents_of(&whole);
        let ends = found.iter().map(|recording| recording.range.end);
        ends.filter_map(|end| clusters.iter().position(|at| *at == end)).collect()
    };
    let parts = [&[head()], parts].concat();
    let found = cuts(file(&parts));
    assert_eq!(cuts(live_file(&parts)), found);
    found
}

/// The cuts in a file of clusters of 2 s that begin at these times.
fn cuts_at(times: &[u64]) -> Vec<usize> {
    cuts_of(&times.iter().copied().map(cluster).collect::<Vec<_>>())
}

#[test]
fn a_clock_that_goes_back_begins_a_recording() {
    for whole in
        [file(&[head(), cluster(0), cluster(0)]), live_file(&[head(), cluster(0), cluster(0)])]
    {
        let &[first, second] = &offsets(&whole)[..] else { panic!("two clusters") };
        let found = extents_of(&whole);
        assert_eq!(ranges(&found), [0..second, 0..u64::MAX]);
        assert_eq!(seen(&whole, &found[0]), whole[..second as usize]);
        let seen = seen(&whole, &found[1]);
        let (first, second) = (first as usize, second as usize);
        let void = super::super::ebml::header(&seen[first..]).unwrap();
        assert_eq!((void.id, void.size), (0xEC, Some((second - first - void.length) as u64)));
        assert_eq!((&seen[..first], &seen[second..]), (&whole[..first], &whole[second..]));
    }
    // up to 1 s earlier than the last frame of the cluster before is decode order
    assert_eq!(cuts_at(&[5000, 5000]), [1]);
    assert_eq!(cuts_of(&[short(5000, block(VIDEO, 0, KEY)), cluster(4000)]), NONE);
    assert_eq!(cuts_of(&[short(5000, block(VIDEO, 0, KEY)), cluster(3999)]), [1]);
    assert_eq!(cuts_of(&[short(0, block(VIDEO, 1000, KEY)), cluster(0)]), NONE);
}

#[test]
fn a_clock_that_jumps_forward_begins_a_recording() {
    assert_eq!(cuts_at(&[0, 602_000]), NONE, "10 min after the last frame");
    assert_eq!(cuts_at(&[0, 602_001]), [1]);
    // the same in other units
    let info = |scale: u32| element(INFO, &sized(&[0x2A, 0xD7, 0xB1], 1, &scale.to_be_bytes()));
    for (scale, cuts) in [(1_000_000, 1), (0, 1), (100_000, 0), (10_000_000, 2)] {
        let whole = file(&[info(scale), head(), cluster(0), cluster(63_000), cluster(700_000)]);
        assert_eq!(extents_of(&whole).len(), 1 + cuts, "{scale} ns");
    }
}

#[test]
fn a_clock_may_jump_several_times() {
    let (whole, live) = (jumping(), jumping_live());
    let at = offsets(&whole);
    assert_eq!(ranges(&extents_of(&whole)), [0..at[2], 0..at[4], 0..u64::MAX]);
    assert_eq!(ranges(&extents_of(&live)), [0..offsets(&live)[2], 0..u64::MAX]);
    assert_eq!(cuts_at(&[0, 2000, 0, 2000, 0, 5_000_000, 0, 2000]), [2, 4, 5, 6]);
    // in files that follow each other
    let found = extents_of(&[&whole[..], &live, &whole].concat());
    let (first, second) = (whole.len() as u64, (whole.len() + live.len()) as u64);
    let starts: Vec<_> = found.iter().map(|recording| recording.range.start).collect();
    assert_eq!(starts, [0, 0, 0, first, first, second, second, second]);
    assert_eq!((found[2].range.end, found[4].range.end), (first, second));
    // up to a limit
    let times: Vec<_> =
        (0..MOST_RECORDINGS as u64 + 10).map(|nth| 20_000_000 - 9000 * nth).collect();
    assert_eq!(cuts_at(&times).len(), MOST_RECORDINGS - 1);
}

#[test]
fn cues_are_hidden_in_all_recordings() {
    let cues = || element(CUES, &[5; 90]);
    let attached = || element(ATTACHMENTS, &[9; 500]);
    let parts = [head(), cues(), attached(), cluster(0), cues(), cluster(0), cues()];
    let tail = [cluster(0), cues(), attached()];
    for whole in [file(&[&parts[..], &tail].concat()), live_file(&[&parts[..], &tail].concat())] {
        let found = extents_of(&whole);
        assert_eq!(found.len(), 3);
        for recording in &found {
            let end = recording.range.end.min(whole.len() as u64) as usize;
            let all = whole[..end].windows(4).filter(|bytes| *bytes == CUES).count();
            assert!(all > 0 && !seen(&whole, recording).windows(4).any(|bytes| bytes == CUES));
        }
    }
    // the walk ends in damage, but the SeekHead refers to the cues after it
    let clusters = [cluster(0), cluster(0), vec![0; 50]].concat();
    let seek_size = element(SEEK_HEAD, &seek(CUES, 0)).len();
    let seeks = element(SEEK_HEAD, &seek(CUES, seek_size + head().len() + clusters.len()));
    let whole = file(&[seeks, head(), clusters, cues()]);
    let found = extents_of(&whole);
    assert_eq!((found.len(), found[0].patches.len(), found[1].patches.len()), (2, 0, 2));
    // without a jump, cues stay visible
    let whole = file(&[head(), cues(), cluster(0), cluster(2000), cues()]);
    let found = extents_of(&whole);
    assert_eq!((found.len(), found[0].patches.len()), (1, 0));
}

#[test]
fn a_recording_begins_with_a_keyframe() {
    for flags in [0, KEY] {
        let is_key = flags == KEY;
        let next = |time| short(time, block(VIDEO, 0, flags));
        let grouped = |time| short(time, group(0, !is_key));
        for next in [next(0), grouped(0), next(900_000), grouped(900_000)] {
            let cuts = cuts_of(&[cluster(5000), next]);
            assert_eq!(cuts, if is_key { vec![1] } else { vec![] });
        }
        // after a jump back, the first keyframe begins a recording
        assert_eq!(cuts_of(&[cluster(5000), next(0), cluster(40)]), [if is_key { 1 } else { 2 }]);
    }
}

#[test]
fn ordinary_clusters_are_one_recording() {
    assert_eq!(cuts_at(&[0, 2000, 4000, 500_000, 1_000_000]), NONE);
    assert_eq!(cuts_at(&[900_000, 902_000]), NONE);
    // a file whose sound follows its video, or precedes it
    let sound = |time| short(time, block(SOUND, 0, KEY));
    let parts = [cluster(0), cluster(9000), sound(0), sound(9000)];
    assert_eq!(cuts_of(&parts), NONE);
    assert_eq!(cuts_of(&[&parts[2..], &parts[..2]].concat()), NONE);
    // no time, no blocks
    let untimed = element(CLUSTER, &block(VIDEO, 0, KEY));
    assert_eq!(cuts_of(&[cluster(9000), untimed, element(CLUSTER, &timecode(0))]), NONE);
    // no video, no tracks
    let track = element(&[0xAE], &[sized(&[0xD7], 1, &[1]), sized(&[0x83], 1, &[2])].concat());
    for tracks in [element(TRACKS, &track), Vec::new()] {
        assert_eq!(
            extents_of(&file(&[tracks, cluster(0), cluster(0)])),
            [FileExtent::whole_file()]
        );
    }
    // a time before zero, as FFmpeg once wrote it
    assert_eq!(cuts_at(&[(-20i64).cast_unsigned(), 1980, 3980]), NONE);
}

#[test]
fn clusters_of_a_large_file_are_not_walked() {
    let start = [ebml("matroska"), live(&[0x18, 0x53, 0x80, 0x67], &[])].concat();
    let start = [start, head(), cluster(0), cluster(0), cluster(0)].concat();
    for (length, count) in [(32u64 << 20, 3), ((32 << 20) + 1, 1)] {
        let size = ((1u64 << 56) | (length - 52)).to_be_bytes();
        let mut start = start.clone();
        let at = ebml("matroska").len() + 4;
        start[at..at + 8].copy_from_slice(&size);
        let mut reader = Counted::new(Sparse { length, parts: vec![(0, start)], position: 0 });
        assert_eq!(extents(&mut reader).unwrap().len(), count);
        assert!(count > 1 || reader.reads <= 3, "{} reads", reader.reads);
    }
}

#[test]
fn extreme_times_do_no_harm() {
    let times = [0, 1, 1 << 31, 1 << 62, u64::MAX >> 1, 1 << 63, u64::MAX - 1, u64::MAX];
    for scale in [0, 1, 1_000_000, u64::MAX >> 1, u64::MAX] {
        let info = element(INFO, &sized(&[0x2A, 0xD7, 0xB1], 1, &scale.to_be_bytes()));
        for (first, second) in times.iter().flat_map(|first| times.map(|second| (*first, second))) {
            extents_of(&file(&[info.clone(), head(), cluster(first), cluster(second)]));
        }
    }
    // times and scales without bytes, or with too many
    for size in [0, 9, 100] {
        let odd = sized(TIMECODE, 1, &vec![0; size]);
        let info = element(INFO, &sized(&[0x2A, 0xD7, 0xB1], 1, &vec![0xFF; size]));
        let odd = element(CLUSTER, &[odd, block(VIDEO, 0, KEY)].concat());
        let found = extents_of(&file(&[info, head(), cluster(9000), odd]));
        assert_eq!(found.len(), if size == 0 { 2 } else { 1 });
    }
    // blocks that are too short, a cluster that is its own header, and clusters that never go on
    let empty = [element(&[0xA3], &[]), element(&[0xA0], &[]), element(&[0xA3], &[0x81])].concat();
    let parts = [cluster(9000), element(CLUSTER, &empty), element(CLUSTER, &[]), cluster(0)];
    assert_eq!(cuts_of(&parts), [3]);
    let still = vec![short(9, block(VIDEO, 0, 0)); 5000];
    let whole = file(&[&[head()], &still[..]].concat());
    let mut reader = Counted::new(Cursor::new(&whole));
    assert_eq!(extents(&mut reader).unwrap(), [FileExtent::whole_file()]);
    assert!(reader.bytes < 3 * whole.len(), "{} bytes of {}", reader.bytes, whole.len());
}

#[test]
fn a_file_that_jumps_may_end_at_any_byte() {
    for whole in [jumping(), jumping_live()] {
        let complete = extents_of(&whole);
        let mut count = 1;
        for length in 0..=whole.len() {
            let found = extents_of(&whole[..length]);
            assert!(found.len() >= count, "ends at {length}");
            count = found.len();
            for (found, complete) in found[..count - 1].iter().zip(&complete) {
                assert_eq!(found.range, complete.range, "ends at {length}");
            }
        }
        assert_eq!(count, complete.len());
    }
}
