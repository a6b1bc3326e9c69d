//! The entries of an archive or of one segment of it, from which the directory is written.

use crate::record::Entry;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// The files stored in a segment of an archive, in order. The position of each file follows from the
/// names and sizes of the files before it.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Entries(Vec<Entry>);

impl Entries {
    /// Concatenates the entries of segments.
    pub(crate) fn joined(segments: impl IntoIterator<Item = Self>) -> Self {
        Self(segments.into_iter().flat_map(|segment| segment.0).collect())
    }

    /// Returns the number of files.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns the length of the segment in bytes: headers and data.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        // cannot overflow: an entry has less than 4 GiB and 96 KiB, and 2³¹ entries would fill 64 GiB
        // of memory
        self.0.iter().map(Entry::bytes).sum()
    }

    /// Returns the byte range of a file's data within the segment. If several files have this name, the
    /// first one is found.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Range<u64>> {
        let (offset, entry) = self.placed().find(|(_, entry)| entry.name == name)?;
        let data = offset + entry.header_bytes();
        Some(data..data + entry.data_bytes())
    }

    /// Returns the local header of the last file: its byte range within the segment, and its bytes.
    /// They contain the file's CRC: an object with these bytes in this range is this segment, or a
    /// longer one that begins with it.
    #[must_use]
    pub fn last_header(&self) -> Option<(Range<u64>, Vec<u8>)> {
        let (offset, entry) = self.placed().last()?;
        let header = entry.local_header();
        Some((offset..offset + header.len() as u64, header))
    }

    /// Returns the entries with the offsets of their local headers.
    pub(crate) fn placed(&self) -> impl Iterator<Item = (u64, &Entry)> {
        let mut offset = 0;
        self.0.iter().map(move |entry| {
            let start = offset;
            offset += entry.bytes();
            (start, entry)
        })
    }

    pub(crate) fn push(&mut self, entry: Entry) {
        self.0.push(entry);
    }
}
