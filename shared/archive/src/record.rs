//! The records of the zip format, as PKWARE's APPNOTE 6.3.10 lays them out. Section numbers are its.

use serde::{Deserialize, Serialize, Serializer};
use std::io;

/// One stored file, whose name and size fit the headers' fields. Serialized, it is a tuple: lists of
/// entries are long.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "(String, u32, u64)")]
pub(crate) struct Entry {
    pub(crate) name: String,
    crc: u32,
    size: u32,
}

/// Midnight of 1 January 1980, the first time the format knows: a fixed one keeps archives equal.
const TIME: u16 = 0;
const DATE: u16 = 1 << 5 | 1;
/// Bit 11 says that names are UTF-8 (4.4.4).
const UTF8_NAMES: u16 = 1 << 11;
const STORED: u16 = 0;
/// Versions 1.0 and 4.5 of the format; the latter knows Zip64 (4.4.3).
const PLAIN: u16 = 10;
const ZIP64: u16 = 45;
/// A local header's length up to the name (4.3.7).
const LOCAL_HEADER: u64 = 30;
/// A regular file that everyone may read, made on Unix (4.4.2, 4.4.15).
const MADE_ON_UNIX: u16 = 3 << 8 | ZIP64;
const FILE_MODE: u32 = 0o100_644 << 16;

struct Bytes(Vec<u8>);

impl Bytes {
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

/// The value, or the mark that says it stands in the Zip64 record.
fn or_mark(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

impl Entry {
    /// # Errors
    /// `InvalidInput` for a name over 65,535 bytes or a file of 4 GiB or more.
    pub(crate) fn new(name: String, crc: u32, size: u64) -> io::Result<Self> {
        let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidInput, what.to_owned());
        if name.len() > usize::from(u16::MAX) {
            return Err(invalid("a name in a zip has at most 65,535 bytes"));
        }
        let size = u32::try_from(size)
            .ok()
            .filter(|size| *size < u32::MAX)
            .ok_or_else(|| invalid("a file in this zip has less than 4 GiB"))?;
        Ok(Self { name, crc, size })
    }

    /// The length of what stands before the data.
    pub(crate) fn header_bytes(&self) -> u64 {
        LOCAL_HEADER + self.name.len() as u64
    }

    /// The length of the data.
    pub(crate) fn data_bytes(&self) -> u64 {
        u64::from(self.size)
    }

    /// The length of both.
    pub(crate) fn bytes(&self) -> u64 {
        self.header_bytes() + self.data_bytes()
    }

    /// What stands before the data (4.3.7).
    pub(crate) fn local_header(&self) -> Vec<u8> {
        Bytes(Vec::with_capacity(self.header_bytes() as usize))
            .u32(0x0403_4b50)
            .u16(PLAIN)
            .bytes(&self.shared())
            .u16(0)
            .bytes(self.name.as_bytes())
            .0
    }

    /// What stands in the directory (4.3.12), when the local header starts at `offset`.
    pub(crate) fn central_header(&self, offset: u64) -> Vec<u8> {
        let short_offset = or_mark(offset);
        let extra = if short_offset == u32::MAX {
            // the Zip64 extra field holds just what did not fit above (4.5.3)
            Bytes(Vec::new()).u16(0x0001).u16(8).u64(offset).0
        } else {
            Vec::new()
        };
        Bytes(Vec::with_capacity(46 + self.name.len() + extra.len()))
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

    /// The fields from the flags to the name's length, which both headers have.
    fn shared(&self) -> Vec<u8> {
        Bytes(Vec::with_capacity(22))
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

/// What stands at the archive's end (4.3.14 to 4.3.16): `entries` files, whose directory has `size`
/// bytes and starts at `offset`.
pub(crate) fn end_of_directory(entries: u64, size: u64, offset: u64) -> Vec<u8> {
    let count = u16::try_from(entries).unwrap_or(u16::MAX);
    let zip64 = count == u16::MAX || [size, offset].into_iter().any(|n| or_mark(n) == u32::MAX);
    let mut end = Bytes(Vec::new());
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
