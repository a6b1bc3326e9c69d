//! MP4 and MOV.

use super::*;

const SCALE: u32 = 1000;

fn mp4_box(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = (content.len() as u32 + 8).to_be_bytes();
    [&size[..], kind, content].concat()
}

/// A box with a size of 64 bits.
fn long_box(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = (content.len() as u64 + 16).to_be_bytes();
    [&[0, 0, 0, 1], &kind[..], &size, content].concat()
}

fn full_box(kind: &[u8; 4], version_and_flags: u32, numbers: &[u32]) -> Vec<u8> {
    let numbers: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
    mp4_box(kind, &[&version_and_flags.to_be_bytes()[..], &numbers].concat())
}

fn ftyp() -> Vec<u8> {
    mp4_box(b"ftyp", b"isom\0\0\0\0")
}

fn mdat() -> Vec<u8> {
    mp4_box(b"mdat", &[5; 200])
}

/// A track with this many bytes of metadata.
fn trak(id: u32, handler: &[u8; 4], metadata: usize) -> Vec<u8> {
    let handler = u32::from_be_bytes(*handler);
    let mdia = [full_box(b"mdhd", 0, &[0, 0, SCALE, 0]), full_box(b"hdlr", 0, &[0, handler, 0])];
    let mut content =
        [full_box(b"tkhd", 0, &[0, 0, id]), mp4_box(b"mdia", &mdia.concat())].concat();
    if metadata > 0 {
        content.extend(mp4_box(b"udta", &vec![3; metadata]));
    }
    mp4_box(b"trak", &content)
}

fn plain_moov(metadata: usize) -> Vec<u8> {
    let meta = mp4_box(b"meta", &vec![3; metadata]);
    mp4_box(b"moov", &[trak(1, b"soun", 0), trak(2, b"vide", metadata), meta].concat())
}

/// A `moov` for fragments whose samples last 40 units by default.
fn moov() -> Vec<u8> {
    let trex = |id, duration| full_box(b"trex", 0, &[id, 1, duration, 0, 0]);
    let mvex = mp4_box(b"mvex", &[trex(1, 7), trex(2, 40)].concat());
    mp4_box(b"moov", &[trak(1, b"soun", 0), trak(2, b"vide", 0), mvex].concat())
}

/// A fragment of ten samples of the default length.
fn fragment(time: u32) -> Vec<u8> {
    let runs = full_box(b"trun", 1, &[10, 0]);
    let video = [full_box(b"tfhd", 0, &[2]), full_box(b"tfdt", 0, &[time]), runs].concat();
    fragment_of(&video)
}

fn fragment_of(video: &[u8]) -> Vec<u8> {
    let sound = [full_box(b"tfhd", 0, &[1]), full_box(b"tfdt", 0, &[99_999])].concat();
    let trafs = [mp4_box(b"traf", &sound), mp4_box(b"traf", video)].concat();
    [mp4_box(b"moof", &[full_box(b"mfhd", 0, &[1]), trafs].concat()), mdat()].concat()
}

fn fragmented(times: &[u32]) -> Vec<u8> {
    let fragments = times.iter().flat_map(|time| fragment(*time));
    [ftyp(), moov()].concat().into_iter().chain(fragments).collect()
}

pub(super) fn joined() -> Vec<u8> {
    let metadata = mp4_box(b"udta", &vec![3; 70_000]);
    let moov = mp4_box(b"moov", &[&moov()[8..], &metadata].concat());
    [fragmented(&[0, 400]), ftyp(), moov, fragment(0)].concat()
}

pub(super) fn repeated() -> Vec<u8> {
    fragmented(&[0, 400, 0, 400, 800, 400])
}

/// Two files, each with an index at its end.
pub(super) fn indexed() -> Vec<u8> {
    let part = |times: &[u32]| {
        let mut file = fragmented(times);
        let first = (ftyp().len() + moov().len()) as u32;
        let last = (file.len() - fragment(0).len()) as u32;
        let tfra = full_box(b"tfra", 0, &[2, 0, 2, 0, first, 0x0101_0100, last, 0x0101_0100]);
        // the numbers of fragment, run and sample have one byte each here
        let mut tfra = tfra;
        tfra.truncate(24);
        for offset in [first, last] {
            tfra.extend([0u32.to_be_bytes(), offset.to_be_bytes()].concat());
            tfra.extend([1, 1, 1]);
        }
        let size = (tfra.len() as u32).to_be_bytes();
        tfra[..4].copy_from_slice(&size);
        let mfro = full_box(b"mfro", 0, &[8 + tfra.len() as u32 + 16]);
        file.extend(mp4_box(b"mfra", &[tfra, mfro].concat()));
        file
    };
    [part(&[0, 400, 800, 1200]), part(&[0, 400, 0])].concat()
}

/// Checks the recordings of one file: their fragments begin at `starts`, and earlier fragments are hidden.
fn assert_views(file: &[u8], found: &[FileExtent], starts: &[usize]) {
    assert_eq!(found.len(), starts.len());
    let init = ftyp().len() + moov().len();
    let ends = starts[1..].iter().map(|end| *end as u64).chain([u64::MAX]);
    for ((recording, start), end) in found.iter().zip(starts).zip(ends) {
        assert_eq!(recording.range, 0..end);
        let seen = seen(file, recording);
        assert_eq!(seen[..init], file[..init]);
        assert_eq!(seen[*start..], file[*start..seen.len()]);
        if *start > init {
            let size = u32::from_be_bytes(*seen[init..].first_chunk().unwrap());
            assert_eq!((size as usize, &seen[init + 4..init + 8]), (start - init, &b"free"[..]));
        }
    }
}

#[test]
fn large_metadata_is_hidden() {
    for (metadata, count) in [(60_000, 0), (65_528, 0), (65_529, 2)] {
        for file in [
            [ftyp(), plain_moov(metadata), mdat()].concat(),
            [ftyp(), long_box(b"mdat", &[5; 300]), plain_moov(metadata)].concat(),
        ] {
            let found = extents_of(&file);
            assert_eq!((found.len(), found[0].patches.len()), (1, count));
            let seen = seen(&file, &found[0]);
            let free = seen.windows(4).filter(|window| window == b"free").count();
            let shown = seen
                .windows(4)
                .filter(|window| [b"udta", b"meta"].iter().any(|kind| window == kind))
                .count();
            assert_eq!((free, shown), (count, 2 - count));
        }
    }
}

#[test]
fn items_of_a_photo_are_not_hidden() {
    let large = mp4_box(b"meta", &vec![0; 1 << 20]);
    let small = mp4_box(b"meta", &vec![0; 100_000]);
    let patches = |parts: &[Vec<u8>]| extents_of(&parts.concat())[0].patches.len();
    assert_eq!(patches(&[ftyp(), large.clone(), mdat()]), 0);
    assert_eq!(patches(&[ftyp(), small.clone(), plain_moov(0), mdat()]), 0);
    assert_eq!(patches(&[ftyp(), large.clone(), plain_moov(0), mdat()]), 1);
    assert_eq!(patches(&[ftyp(), plain_moov(0), mdat(), large]), 1);
}

#[test]
fn joined_fragmented_files_are_split() {
    let file = joined();
    let split = fragmented(&[0, 400]).len() as u64;
    let found = extents_of(&file);
    assert_eq!(ranges(&found), [0..split, split..u64::MAX]);
    let seen = seen(&file, &found[1]);
    let hidden = seen.windows(4).position(|window| window == b"free").unwrap();
    assert_eq!(hidden, ftyp().len() + moov().len() + 4);
    // without the `ftyp`, and with a plain file that has its `moov` at the end
    let bare = [fragmented(&[0]), moov(), fragment(0)].concat();
    let split = fragmented(&[0]).len() as u64;
    assert_eq!(ranges(&extents_of(&bare)), [0..split, split..u64::MAX]);
    let plain = [fragmented(&[0]), ftyp(), mdat(), plain_moov(0), ftyp(), plain_moov(0)].concat();
    assert_eq!(ranges(&extents_of(&plain)), [0..split, split..u64::MAX]);
}

#[test]
fn plain_files_are_one_recording() {
    let plain = [ftyp(), plain_moov(0), mdat()].concat();
    assert_eq!(extents_of(&plain.repeat(3)), [FileExtent::whole_file()]);
    let twice = [ftyp(), moov(), ftyp(), moov(), fragment(0), fragment(400)].concat();
    assert_eq!(extents_of(&twice), [FileExtent::whole_file()]);
}

#[test]
fn a_clock_that_goes_back_or_jumps_begins_a_recording() {
    let (init, size) = (ftyp().len() + moov().len(), fragment(0).len());
    let check = |times: &[u32], firsts: &[usize]| {
        let file = fragmented(times);
        let starts: Vec<_> = firsts.iter().map(|first| init + first * size).collect();
        assert_views(&file, &extents_of(&file), &starts);
    };
    check(&[0, 400, 800], &[0]);
    check(&[90_000, 90_400], &[0]);
    check(&[0, 400, 0, 400, 800, 400], &[0, 2, 5]);
    // a fragment lasts 400; a gap of up to ten seconds is allowed
    check(&[0, 10_400, 20_801], &[0, 2]);
    // a tenth of a second before the end of the last fragment is allowed, more is not
    check(&[0, 300, 599], &[0, 2]);
}

#[test]
fn boxes_before_a_fragment_belong_to_it() {
    let lead = [mp4_box(b"styp", &[0; 8]), mp4_box(b"emsg", &[0; 8])].concat();
    let first = [fragmented(&[0]), lead.clone(), fragment(400)].concat();
    let file = [&first[..], &lead, &fragment(0), &lead, &fragment(400)].concat();
    assert_views(&file, &extents_of(&file), &[ftyp().len() + moov().len(), first.len()]);
}

#[test]
fn durations_are_those_of_the_samples() {
    let video = |parts: &[Vec<u8>]| fragment_of(&parts.concat());
    let tfdt = |time| full_box(b"tfdt", 0x100_0000, &[0, time]);
    // a duration in tfhd after an offset and a description; one for each sample, among other numbers
    let by_header = [
        full_box(b"tfhd", 0b1011, &[2, 0, 0, 1, 5000]),
        tfdt(0),
        full_box(b"trun", 0x201, &[2, 0, 9, 9]),
    ];
    let runs = full_box(b"trun", 0xF05, &[2, 0, 0, 6000, 1, 1, 1, 4000, 1, 1, 1]);
    let by_sample = [full_box(b"tfhd", 0, &[2]), tfdt(0), runs];
    for first in [by_header, by_sample] {
        for (time, count) in [(20_000, 1), (20_001, 2)] {
            let file = [ftyp(), moov(), video(&first), fragment(time)].concat();
            assert_eq!(extents_of(&file).len(), count, "at {time}");
        }
    }
    // a fragment without a time continues the one before
    let untimed = [full_box(b"tfhd", 0, &[2]), full_box(b"trun", 0, &[10])];
    let file = [fragmented(&[5000]), video(&untimed), fragment(5800)].concat();
    assert_eq!(extents_of(&file).len(), 1);
}

#[test]
fn indexes_replace_the_walk() {
    let file = indexed();
    let found = extents_of(&file);
    assert_eq!(found.len(), 2, "the clock of the second file is not examined");
    let many = vec![fragment(0); 1000].concat();
    let size = many.len() as u32;
    let sidx = full_box(b"sidx", 0, &[2, SCALE, 0, 0, 1, size, 0, 0]);
    let part = [ftyp(), moov(), sidx, many].concat();
    let file = part.repeat(2);
    let mut reader = Counted::new(Cursor::new(&file));
    let split = part.len() as u64;
    let found = extents(&mut reader).unwrap();
    assert_eq!(ranges(&found), [0..split, split..u64::MAX]);
    assert!(reader.reads <= 4, "{} reads", reader.reads);
    // an index at the end of a file of 1000 fragments
    let times: Vec<_> = (0..1000).map(|number| number * 400).collect();
    let mut file = fragmented(&times);
    let (first, last) =
        ((ftyp().len() + moov().len()) as u32, (file.len() - fragment(0).len()) as u32);
    let tfra = full_box(b"tfra", 0x100_0000, &[2, 0, 2, 0, 0, 0, first, 0, 0, 0, 0, last, 0]);
    let tfra = [&tfra[..24 + 16], &[1; 3], &tfra[24 + 20..24 + 36], &[1; 3]].concat();
    let tfra = [&(tfra.len() as u32).to_be_bytes()[..], &tfra[4..]].concat();
    let mfro = full_box(b"mfro", 0, &[8 + tfra.len() as u32 + 16]);
    file.extend(mp4_box(b"mfra", &[tfra, mfro].concat()));
    let mut reader = Counted::new(Cursor::new(&file));
    assert_eq!(extents(&mut reader).unwrap(), [FileExtent::whole_file()]);
    assert!(reader.reads <= 6, "{} reads", reader.reads);
}

#[test]
fn long_gaps_are_hidden_by_a_long_box() {
    let init = [ftyp(), moov()].concat();
    let (start, size) = (init.len() as u64, 5u64 << 30);
    let mdat = [&[0, 0, 0, 1][..], b"mdat", &size.to_be_bytes()].concat();
    let moof = &fragment(400)[..fragment(0).len() - mdat.len() - 200 + 8];
    let second = start + moof.len() as u64 + size;
    let parts = vec![
        (0, init),
        (start, moof.to_vec()),
        (start + moof.len() as u64, mdat),
        (second, fragment(0)),
    ];
    let length = second + fragment(0).len() as u64;
    let found = extents(&mut Sparse { length, parts, position: 0 }).unwrap();
    assert_eq!(ranges(&found), [0..second, 0..u64::MAX]);
    let free = [&[0, 0, 0, 1][..], b"free", &(second - start).to_be_bytes()].concat();
    assert_eq!(found[1].patches, [BytePatch { at: start, bytes: free }]);
}

#[test]
fn the_number_of_recordings_is_limited() {
    let file = fragmented(&[400, 0].repeat(MOST_RECORDINGS));
    assert_eq!(extents_of(&file).len(), MOST_RECORDINGS);
    assert_eq!(extents_of(&fragmented(&[0]).repeat(MOST_RECORDINGS + 10)).len(), MOST_RECORDINGS);
}
