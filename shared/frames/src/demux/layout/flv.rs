//! Recordings of an FLV (Adobe Flash Video File Format 10.1, annex E). A file header in place of a tag
//! begins a recording.

use super::MOST_RECORDINGS;
use crate::demux::byte_reader::ByteReader;
use std::io::{self, Read, Seek};

/// The largest file whose tags are walked, in bytes. The walk reads all of the file.
const MOST_BYTES: u64 = 256 << 20;
/// The length of a file header and of the size field after it, in bytes.
const FILE_HEADER: u64 = 13;
/// The length of a tag's header and of the size field after its content, in bytes.
const TAG_EXTRA: u64 = 15;

/// Finds the offsets of the second recording and later ones.
///
/// # Errors
/// Those of the reader.
pub(super) fn starts<R: Read + Seek>(bytes: &mut ByteReader<R>) -> io::Result<Vec<u64>> {
    let (mut starts, mut at) = (Vec::new(), FILE_HEADER);
    if bytes.length > MOST_BYTES {
        return Ok(starts);
    }
    while bytes.step() && starts.len() < MOST_RECORDINGS {
        match bytes.array::<9>(at)? {
            // only the flags for sound and pictures, and the header's size
            Some([b'F', b'L', b'V', 1, flags, 0, 0, 0, 9]) if flags & !5 == 0 => {
                starts.push(at);
                at += FILE_HEADER;
            }
            // sound, pictures or data; the two highest bits are reserved, the next one marks encryption
            Some([kind, size @ .., _, _, _, _, _]) if matches!(kind & 0x1F, 8 | 9 | 18) => {
                let [high, middle, low] = size;
                at += TAG_EXTRA + u64::from(u32::from_be_bytes([0, high, middle, low]));
            }
            _ => break,
        }
    }
    Ok(starts)
}
