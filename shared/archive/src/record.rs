//! The records of the zip format by PKWARE's APPNOTE 6.3.10. Section numbers refer to it.

use serde::{Deserialize, Serialize, Serializer};
use std::io;

/// A stored file, whose name and size fit the headers' fields. It is serialized as a tuple, because
/// lists of entries are long.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "(String, u32, u64)")]
pub(crate) struct Entry {
    pub(crate) name: String,
    crc: u32,
    size: u32,
}

/// Midnight of 1 January 1980, the earliest time of the format. A fixed time keeps archives equal.
const TIME: u16 = 0;
const DATE: u16 = 1 << 5 | 1;
/// Bit 11 states that names are UTF-8 (4.4.4).
const UTF8_NAMES: u16 = 1 << 11;
const STORED: u16 = 0;
/// Version 1.0 of the format (4.4.3).
const PLAIN: u16 = 10;
/// Version 4.5 of the format, which has Zip64 (4.4.3).
const ZIP64: u16 = 45;
/// The length of a local header before the name (4.3.7).
const LOCAL_HEADER: u64 = 30;
/// A file made on Unix (4.4.2).
const MADE_ON_UNIX: u16 = 3 << 8 | ZIP64;
/// A regular file that everyone may read (4.4.15).
const FILE_MODE: u32 = 0o100_644 << 16;

/// The bytes of a record, to which fields are appended in little-endian order.
struct RecordBytes(Vec<u8>);

impl RecordBytes {
    fn u16(mut self, value: u16) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    fn u32(mut self, value: u32) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    fn u64(mut self, value: u64) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }
}

/// Returns the value, or the mark for a value that is stored in the Zip64 record.
fn or_mark(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

impl Entry {
    /// Returns an entry with a valid name and size.
    ///
    /// # Errors
    /// `InvalidInput` for a name over 65,535 bytes or a file of 4 GiB or more.
    pub(crate) fn new(name: String, crc: u32, size: u64) -> io::Result<Self> {
        let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidInput, what.to_owned());
        if name.len() > usize::from(u16::MAX) {
            return Err(invalid("a name in a zip may have at most 65,535 bytes"));
        }
        let size = u32::try_from(size)
            .ok()
            .filter(|size| *size < u32::MAX)
            .ok_or_else(|| invalid("a file in this zip must be smaller than 4 GiB"))?;
        Ok(Self { name, crc, size })
    }

    /// Returns the length of the local header.
    pub(crate) fn header_bytes(&self) -> u64 {
        LOCAL_HEADER + self.name.len() as u64
    }

    /// Returns the length of the data.
    pub(crate) fn data_bytes(&self) -> u64 {
        u64::from(self.size)
    }

    /// Returns the length of the local header and the data.
    pub(crate) fn bytes(&self) -> u64 {
        self.header_bytes() + self.data_bytes()
    }

    /// Returns the header that precedes the data (4.3.7).
    pub(crate) fn local_header(&self) -> Vec<u8> {
        RecordBytes(Vec::with_capacity(self.header_bytes() as usize))
            .u32(0x0403_4b50)
            .u16(PLAIN)
            .bytes(&self.shared())
            .u16(0)
            .bytes(self.name.as_bytes())
            .0
    }

    /// Returns the header in the directory (4.3.12). The local header begins at `offset`.
    pub(crate) fn central_header(&self, offset: u64) -> Vec<u8> {
        let short_offset = or_mark(offset);
        let extra = if short_offset == u32::MAX {
            // the Zip64 extra field contains only values that do not fit their fields (4.5.3)
            RecordBytes(Vec::new()).u16(0x0001).u16(8).u64(offset).0
        } else {
            Vec::new()
        };
        RecordBytes(Vec::with_capacity(46 + self.name.len() + extra.len()))
            .u32(0x0201_4b50)
            .u16(MADE_ON_UNIX)
            .u16(if extra.is_empty() { PLAIN } else { ZIP64 })
            .bytes(&self.shared())
            .u16(extra.len() as u16)
            .u16(0)
            .u16(0)
            .u16(0)
            .u32(FILE_MODE)
            .u32(short_offset)
            .bytes(self.name.as_bytes())
            .bytes(&extra)
            .0
    }

    /// Returns the fields from the flags to the name's length, which both headers contain.
    fn shared(&self) -> Vec<u8> {
        RecordBytes(Vec::with_capacity(22))
            .u16(UTF8_NAMES)
            .u16(STORED)
            .u16(TIME)
            .u16(DATE)
            .u32(self.crc)
            .u32(self.size)
            .u32(self.size)
            .u16(self.name.len() as u16)
            .0
    }
}

impl TryFrom<(String, u32, u64)> for Entry {
    type Error = io::Error;

    fn try_from((name, crc, size): (String, u32, u64)) -> io::Result<Self> {
        Self::new(name, crc, size)
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.name, self.crc, self.size).serialize(serializer)
    }
}

/// Returns the records at the archive's end (4.3.14 to 4.3.16) for `entries` files. The directory has
/// `size` bytes and begins at `offset`.
pub(crate) fn end_of_directory(entries: u64, size: u64, offset: u64) -> Vec<u8> {
    let count = u16::try_from(entries).unwrap_or(u16::MAX);
    let zip64 = count == u16::MAX || [size, offset].into_iter().any(|n| or_mark(n) == u32::MAX);
    let mut end = RecordBytes(Vec::new());
    if zip64 {
        end = end
            .u32(0x0606_4b50)
            .u64(44)
            .u16(MADE_ON_UNIX)
            .u16(ZIP64)
            .u32(0)
            .u32(0)
            .u64(entries)
            .u64(entries)
            .u64(size)
            .u64(offset)
            .u32(0x0706_4b50)
            .u32(0)
            .u64(offset + size)
            .u32(1);
    }
    end.u32(0x0605_4b50)
        .u16(0)
        .u16(0)
        .u16(count)
        .u16(count)
        .u32(or_mark(size))
        .u32(or_mark(offset))
        .u16(0)
        .0
}
