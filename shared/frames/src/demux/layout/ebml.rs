//! The headers of EBML elements (RFC 8794): an id and a size, both of variable length.

/// The length of the longest header, in bytes.
pub(super) const MOST_HEADER: usize = 12;
/// The id of an element whose content is ignored.
const VOID: u8 = 0xEC;

/// The header of an element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ElementHeader {
    /// With its length marker, as specifications print ids.
    pub(super) id: u32,
    /// The header's length in bytes.
    pub(super) length: usize,
    /// The length of the content in bytes; `None` if it ends with the first element that cannot be in it.
    pub(super) size: Option<u64>,
}

/// A number of variable length.
#[derive(Clone, Copy, Debug)]
pub(super) struct VariableNumber {
    pub(super) value: u64,
    /// The length in bytes.
    pub(super) length: usize,
}

/// Reads the header at the start of these bytes, if there is one.
pub(super) fn header(bytes: &[u8]) -> Option<ElementHeader> {
    let id = marked_number(bytes, 4)?;
    let size = marked_number(bytes.get(id.length..)?, 8)?;
    let length = id.length + size.length;
    let marker = 1 << (7 * size.length);
    let size = (size.value != 2 * marker - 1).then_some(size.value - marker);
    Some(ElementHeader { id: u32::try_from(id.value).ok()?, length, size })
}

/// Reads a number of up to eight bytes. Returns it without its length marker.
pub(super) fn number(bytes: &[u8]) -> Option<VariableNumber> {
    let VariableNumber { value, length } = marked_number(bytes, 8)?;
    Some(VariableNumber { value: value - (1 << (7 * length)), length })
}

/// Reads a number of up to `most` bytes. Returns it with its length marker.
fn marked_number(bytes: &[u8], most: usize) -> Option<VariableNumber> {
    let length = bytes.first()?.leading_zeros() as usize + 1;
    let bytes = (length <= most).then(|| bytes.get(..length))??;
    let value = bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    Some(VariableNumber { value, length })
}

/// Returns Void elements to write over a header of this length. The last one covers `size` bytes after the header.
/// Returns `None` if that is impossible.
pub(super) fn void(length: usize, size: u64) -> Option<Vec<u8>> {
    // the header of a Void has up to nine bytes; a small element before it fills a longer header
    let (mut bytes, left) = match length {
        0..=9 => (Vec::new(), length),
        10..=11 => (vec![VOID, 0x80], length - 2),
        12 => (vec![VOID, 0x81, 0], 9),
        _ => return None,
    };
    let size_length = left.checked_sub(1).filter(|length| (1..=8).contains(length))?;
    let marker = 1 << (7 * size_length);
    if size >= marker - 1 {
        return None;
    }
    bytes.push(VOID);
    bytes.extend(&(marker | size).to_be_bytes()[8 - size_length..]);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_every_length_are_read() {
        let id = [0x19, 0x41, 0xA4, 0x69];
        for length in 1..=8 {
            let size = 100;
            let bytes = ((1u64 << (7 * length)) | size).to_be_bytes();
            let all = [&id[..], &bytes[8 - length..]].concat();
            let expected = ElementHeader { id: 0x1941_A469, length: 4 + length, size: Some(size) };
            assert_eq!(header(&all), Some(expected));
            assert_eq!(header(&all[..3 + length]), None);
            let unknown = (1u64 << (7 * length) | ((1 << (7 * length)) - 1)).to_be_bytes();
            let unknown = [&id[..], &unknown[8 - length..]].concat();
            assert_eq!(header(&unknown), Some(ElementHeader { size: None, ..expected }));
        }
        assert_eq!(header(&[0x0F, 0, 0, 0, 0, 0x80]), None, "an id of five bytes");
        assert_eq!(header(&[0xEC, 0]), None, "a size of nine bytes");
    }

    #[test]
    fn void_covers_a_header_of_any_length() {
        for length in 2..=12 {
            let size = if length == 2 { 126 } else { 1000 };
            let bytes = void(length, size).unwrap();
            assert_eq!(bytes.len(), length);
            let mut at = 0;
            while at < length {
                let found = header(&bytes[at..]).unwrap();
                assert_eq!(found.id, u32::from(VOID));
                at += found.length + found.size.unwrap() as usize;
            }
            assert_eq!(at, length + size as usize);
        }
        assert_eq!(void(1, 0), None);
        assert_eq!(void(2, 127), None, "this size means unknown");
        assert_eq!(void(13, 0), None);
    }
}
