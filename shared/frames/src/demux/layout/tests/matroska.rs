//! Matroska and WebM.

use super::*;

pub(super) const SEGMENT: &[u8] = &[0x18, 0x53, 0x80, 0x67];
pub(super) const SEEK_HEAD: &[u8] = &[0x11, 0x4D, 0x9B, 0x74];
pub(super) const TRACKS: &[u8] = &[0x16, 0x54, 0xAE, 0x6B];
pub(super) const CLUSTER: &[u8] = &[0x1F, 0x43, 0xB6, 0x75];
pub(super) const ATTACHMENTS: &[u8] = &[0x19, 0x41, 0xA4, 0x69];
const CHAPTERS: &[u8] = &[0x10, 0x43, 0xA7, 0x70];
const TAGS: &[u8] = &[0x12, 0x54, 0xC3, 0x67];
const BLOCK: &[u8] = &[0xA3];
const UNKNOWN: &[u8] = &[0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

/// An element whose size has `width` bytes.
pub(super) fn sized(id: &[u8], width: usize, content: &[u8]) -> Vec<u8> {
    let size = ((1u64 << (7 * width)) | content.len() as u64).to_be_bytes();
    [id, &size[8 - width..], content].concat()
}

pub(super) fn element(id: &[u8], content: &[u8]) -> Vec<u8> {
    sized(id, 4, content)
}

pub(super) fn live(id: &[u8], content: &[u8]) -> Vec<u8> {
    [id, UNKNOWN, content].concat()
}

pub(super) fn ebml(doc_type: &str) -> Vec<u8> {
    sized(&[0x1A, 0x45, 0xDF, 0xA3], 1, &sized(&[0x42, 0x82], 1, doc_type.as_bytes()))
}

fn block(size: usize) -> Vec<u8> {
    element(BLOCK, &vec![7; size])
}

fn tracks() -> Vec<u8> {
    element(TRACKS, &[1; 30])
}

pub(super) fn file(parts: &[Vec<u8>]) -> Vec<u8> {
    [ebml("matroska"), element(SEGMENT, &parts.concat())].concat()
}

pub(super) fn live_file(parts: &[Vec<u8>]) -> Vec<u8> {
    [ebml("webm"), live(SEGMENT, &parts.concat())].concat()
}

fn cluster() -> Vec<u8> {
    element(CLUSTER, &[block(100), block(50)].concat())
}

/// An entry of a SeekHead.
pub(super) fn seek(id: &[u8], position: usize) -> Vec<u8> {
    let position = sized(&[0x53, 0xAC], 1, &(position as u32).to_be_bytes());
    element(&[0x4D, 0xBB], &[sized(&[0x53, 0xAB], 1, id), position].concat())
}

/// Two recordings with attachments.
pub(super) fn joined() -> Vec<u8> {
    let attached = element(ATTACHMENTS, &[9; 500]);
    let seek_size = element(SEEK_HEAD, &seek(ATTACHMENTS, 0)).len();
    let after = seek_size + tracks().len() + cluster().len();
    let seeks = element(SEEK_HEAD, &seek(ATTACHMENTS, after));
    [file(&[tracks(), attached.clone(), cluster()]), file(&[seeks, tracks(), cluster(), attached])]
        .concat()
}

/// Two recordings as browsers write them.
pub(super) fn joined_live() -> Vec<u8> {
    let cluster = || live(CLUSTER, &[sized(&[0xE7], 1, &[0]), block(100), block(200)].concat());
    let part = || live_file(&[tracks(), cluster(), cluster()]);
    [part(), part()].concat()
}

#[test]
fn attachments_are_hidden_whatever_the_length_of_their_size() {
    for width in 1..=8 {
        let content = if width == 1 { 100 } else { 5000 };
        let attached = sized(ATTACHMENTS, width, &vec![9; content]);
        let length = attached.len();
        let whole = file(&[tracks(), attached, cluster()]);
        let found = extents_of(&whole);
        assert_eq!(found.len(), 1);
        let start = ebml("matroska").len() + 8 + tracks().len();
        let [patch] = &found[0].patches[..] else { panic!("{found:?}") };
        assert_eq!((patch.at, patch.bytes.len()), (start as u64, 4 + width));
        let (seen, mut at) = (seen(&whole, &found[0]), start);
        while at < start + length {
            let header = super::super::ebml::header(&seen[at..]).unwrap();
            assert_eq!(header.id, 0xEC);
            at += header.length + header.size.unwrap() as usize;
        }
        assert_eq!(at, start + length, "the cluster stays where it is");
        assert_eq!(seen[at..], cluster());
    }
}

#[test]
fn tags_and_chapters_are_hidden_if_they_are_large() {
    for id in [TAGS, CHAPTERS] {
        for (size, count) in [(65_536, 0), (65_537, 1)] {
            let whole = file(&[tracks(), element(id, &vec![0; size]), cluster()]);
            assert_eq!(extents_of(&whole)[0].patches.len(), count);
        }
    }
}

#[test]
fn elements_after_the_clusters_are_found_by_the_seek_head() {
    let clusters = vec![cluster(); 10].concat();
    let attached = element(ATTACHMENTS, &[9; 500]);
    let tags = element(TAGS, &vec![9; 70_000]);
    // a SeekHead refers to a second one at the end, and the second one refers to the tags
    let seek_size = element(SEEK_HEAD, &[seek(CLUSTER, 0), seek(SEEK_HEAD, 0)].concat()).len();
    let second = seek_size + tracks().len() + clusters.len();
    let second_size = element(SEEK_HEAD, &[seek(TAGS, 0), seek(ATTACHMENTS, 0)].concat()).len();
    let first = element(SEEK_HEAD, &[seek(CLUSTER, seek_size), seek(SEEK_HEAD, second)].concat());
    let places = [
        seek(TAGS, second + second_size + attached.len()),
        seek(ATTACHMENTS, second + second_size),
    ];
    let whole =
        file(&[first, tracks(), clusters, element(SEEK_HEAD, &places.concat()), attached, tags]);
    let found = extents_of(&whole);
    assert_eq!((found.len(), found[0].patches.len()), (1, 2));
    assert_eq!(extents_of(&seen(&whole, &found[0])), [FileExtent::whole_file()]);
}

#[test]
fn a_large_file_takes_few_reads() {
    let head = element(SEEK_HEAD, &seek(ATTACHMENTS, 0)).len();
    let (size, clusters) = (40u64 << 30, 39u64 << 30);
    let seeks = element(SEEK_HEAD, &{
        let position = sized(&[0x53, 0xAC], 1, &(clusters + head as u64).to_be_bytes());
        let id = sized(&[0x53, 0xAB], 1, ATTACHMENTS);
        element(&[0x4D, 0xBB], &[id, position].concat())
    });
    let segment_size = ((1u64 << 56) | size).to_be_bytes();
    let cluster_size = ((1u64 << 56) | (1 << 20)).to_be_bytes();
    let start = [&ebml("matroska"), SEGMENT, &segment_size].concat();
    let data = start.len() as u64;
    let start = [start, seeks, tracks(), [CLUSTER, &cluster_size].concat()].concat();
    let attached = [ATTACHMENTS, &cluster_size].concat();
    let parts = vec![(0, start), (data + clusters + head as u64, attached)];
    let mut reader = Counted::new(Sparse { length: data + size, parts, position: 0 });
    let found = extents(&mut reader).unwrap();
    assert_eq!((found.len(), found[0].patches.len()), (1, 1));
    assert!(reader.reads <= 4, "{} reads", reader.reads);
}

#[test]
fn joined_files_are_split() {
    let whole = joined();
    let found = extents_of(&whole);
    let first = file(&[tracks(), element(ATTACHMENTS, &[9; 500]), cluster()]).len() as u64;
    assert_eq!(ranges(&found), [0..first, first..u64::MAX]);
    assert!(found.iter().all(|recording| recording.patches.len() == 1));
    // padding between the two belongs to the first
    let plain = file(&[tracks(), cluster()]);
    let padded = [&plain[..], &element(&[0xEC], &[0; 10]), &plain].concat();
    let split = (padded.len() - plain.len()) as u64;
    assert_eq!(ranges(&extents_of(&padded)), [0..split, split..u64::MAX]);
}

#[test]
fn live_files_are_split() {
    let half = joined_live().len() as u64 / 2;
    assert_eq!(ranges(&extents_of(&joined_live())), [0..half, half..u64::MAX]);
    // clusters of known size, other elements between clusters, padding in a cluster
    let void = element(&[0xEC], &[0; 5]);
    let open = live(CLUSTER, &[block(10), void.clone(), block(10)].concat());
    let part = live_file(&[tracks(), cluster(), open, element(TAGS, &[0; 9]), void, cluster()]);
    let known = file(&[tracks(), cluster()]);
    let whole = [&part[..], &known, &part, &part].concat();
    let (live, known) = (part.len() as u64, known.len() as u64);
    let starts = [0, live, live + known, 2 * live + known];
    let found: Vec<_> = extents_of(&whole).iter().map(|recording| recording.range.start).collect();
    assert_eq!(found, starts);
}

#[test]
fn a_live_file_that_was_cut_off_ends_at_the_next_header() {
    let part = joined_live();
    let next = &part[..part.len() / 2];
    // the cut element seems to end after the file, or within a block of the next recording
    for size in [5000, 700] {
        let open = live(CLUSTER, &[block(size), block(size)].concat());
        let known = element(CLUSTER, &block(2 * size));
        for whole in [live_file(&[tracks(), open]), live_file(&[tracks(), known])] {
            let cuts = if size == 5000 { 62..3000 } else { 640..650 };
            for cut in cuts {
                let (joined, cut) = ([&whole[..cut], next].concat(), cut as u64);
                assert_eq!(ranges(&extents_of(&joined)), [0..cut, cut..u64::MAX], "cut at {cut}");
            }
        }
    }
}

#[test]
fn other_elements_do_not_begin_a_recording() {
    let part = file(&[tracks(), cluster()]);
    // no EBML header, one of another document type, one without a Segment
    let segment = element(SEGMENT, &cluster());
    let other = [ebml("something"), segment.clone()].concat();
    let live = live_file(&[tracks(), cluster()]);
    for after in [segment, other, ebml("webm"), vec![0; 50], b"\x1A\x45\xDF\xA3\xFF".to_vec()] {
        assert_eq!(extents_of(&[&part[..], &after].concat()), [FileExtent::whole_file()]);
        assert_eq!(extents_of(&[&live[..], &after].concat()), [FileExtent::whole_file()]);
    }
    // a Segment that is longer than the file
    let whole = [ebml("webm"), element(SEGMENT, &vec![0; 5000])].concat();
    assert_eq!(extents_of(&whole[..400]), [FileExtent::whole_file()]);
}

#[test]
fn the_number_of_recordings_is_limited() {
    let whole = live_file(&[cluster()]).repeat(MOST_RECORDINGS + 10);
    assert_eq!(extents_of(&whole).len(), MOST_RECORDINGS);
}

#[test]
fn headers_in_garbage_are_read_only_once() {
    let magic = [0x1A, 0x45, 0xDF, 0xA3];
    let whole = [live_file(&[cluster()]), vec![0; 10], magic.repeat(100_000)].concat();
    let mut reader = Counted::new(Cursor::new(&whole));
    assert_eq!(extents(&mut reader).unwrap(), [FileExtent::whole_file()]);
    assert!(reader.bytes < 3 * whole.len(), "{} bytes", reader.bytes);
}
