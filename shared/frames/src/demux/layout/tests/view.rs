//! Views: ends, seeks and patches.

use super::*;

fn recording(range: Range<u64>, patches: &[(u64, &[u8])]) -> FileExtent {
    let patch = |&(at, bytes): &(u64, &[u8])| BytePatch { at, bytes: bytes.to_vec() };
    FileExtent { patches: patches.iter().map(patch).collect(), ..FileExtent::new(range) }
}

fn file() -> Vec<u8> {
    (0..100).collect()
}

#[test]
fn a_view_of_a_whole_file_shows_all_of_it() {
    let mut reader = Counted::new(Cursor::new(file()));
    let mut view = View::new(&mut reader, &FileExtent::whole_file()).unwrap();
    let mut buffer = [0; 200];
    assert_eq!(view.read(&mut buffer).unwrap(), 100);
    assert_eq!(buffer[..100], file());
    assert_eq!(view.read(&mut buffer).unwrap(), 0);
    assert_eq!(reader.reads, 1);
}

#[test]
fn a_view_shows_only_its_recording() {
    assert_eq!(seen(&file(), &recording(10..20, &[])), file()[10..20]);
    assert_eq!(seen(&file(), &recording(90..u64::MAX, &[])), file()[90..]);
    assert_eq!(seen(&file(), &recording(90..200, &[])), file()[90..]);
    assert!(seen(&file(), &recording(100..u64::MAX, &[])).is_empty());
    assert!(seen(&file(), &recording(200..300, &[])).is_empty());
}

#[test]
fn seeks_are_relative_to_the_recording() {
    for range in [10..100, 10..u64::MAX] {
        let mut view = View::new(Cursor::new(file()), &recording(range, &[])).unwrap();
        let mut byte = [0];
        for (to, position) in [
            (SeekFrom::End(0), 90),
            (SeekFrom::End(-90), 0),
            (SeekFrom::Start(5), 5),
            (SeekFrom::Current(-5), 0),
            (SeekFrom::Current(60), 60),
            (SeekFrom::End(10), 100),
            (SeekFrom::Start(1000), 1000),
        ] {
            assert_eq!(view.seek(to).unwrap(), position);
            assert_eq!(view.stream_position().unwrap(), position);
            let count = view.read(&mut byte).unwrap();
            assert_eq!(count, usize::from(position < 90));
            assert!(count == 0 || byte[0] == 10 + position as u8);
            view.seek(SeekFrom::Start(position)).unwrap();
        }
    }
}

#[test]
fn a_seek_before_the_start_fails_and_changes_nothing() {
    let mut view = View::new(Cursor::new(file()), &recording(10..20, &[])).unwrap();
    view.seek(SeekFrom::Start(3)).unwrap();
    for to in [SeekFrom::End(-11), SeekFrom::Current(-4), SeekFrom::Start(u64::MAX)] {
        assert_eq!(view.seek(to).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
    let mut byte = [0];
    view.read_exact(&mut byte).unwrap();
    assert_eq!(byte, [13]);
}

#[test]
fn patches_are_seen_at_any_offset_and_in_reads_of_any_size() {
    let patches: &[(u64, &[u8])] =
        &[(0, &[200]), (5, &[201, 202, 203]), (8, &[204]), (27, &[205; 9])];
    let found = recording(10..40, patches);
    let mut expected = file()[10..40].to_vec();
    for (at, bytes) in patches {
        for (place, byte) in (*at as usize..30).zip(*bytes) {
            expected[place] = *byte;
        }
    }
    assert_eq!(seen(&file(), &found), expected);
    for start in 0..30 {
        for size in 1..=30 {
            let mut view = View::new(Cursor::new(file()), &found).unwrap();
            view.seek(SeekFrom::Start(start as u64)).unwrap();
            let mut buffer = vec![0; size];
            let count = view.read(&mut buffer).unwrap();
            assert_eq!(buffer[..count], expected[start..(start + size).min(30)]);
        }
    }
}
