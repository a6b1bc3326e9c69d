//! What a part of an archive holds, for whoever writes the directory.

use crate::record::Entry;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What stands in a part of an archive: one stored file behind the other. Where each one lies follows
/// from the names and the sizes before it.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Entries(Vec<Entry>);

impl Entries {
    /// Those of the parts, one part behind the other.
    pub(crate) fn joined(parts: impl IntoIterator<Item = Self>) -> Self {
        Self(parts.into_iter().flat_map(|part| part.0).collect())
    }

    /// The number of files.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The length of the part: headers and data.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        // cannot overflow: less than 4 GiB and 96 KiB each, and 2³¹ entries would fill 64 GiB of memory
        self.0.iter().map(Entry::bytes).sum()
    }

    /// Where in the part the data of a file lies; of the first one, if several have this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Range<u64>> {
        let (offset, entry) = self.placed().find(|(_, entry)| entry.name == name)?;
        let data = offset + entry.header_bytes();
        Some(data..data + entry.data_bytes())
    }

    /// Where in the part the header before the last file's data lies, and its bytes. They tell the file's
    /// CRC: who finds them there has found this part, or a longer one that begins with it.
    #[must_use]
    pub fn last_header(&self) -> Option<(Range<u64>, Vec<u8>)> {
        let (offset, entry) = self.placed().last()?;
        let header = entry.local_header();
        Some((offset..offset + header.len() as u64, header))
    }

    /// The entries, each with the offset of its local header.
    pub(crate) fn placed(&self) -> impl Iterator<Item = (u64, &Entry)> {
        let mut offset = 0;
        self.0.iter().map(move |entry| {
            let at = offset;
            offset += entry.bytes();
            (at, entry)
        })
    }

    pub(crate) fn push(&mut self, entry: Entry) {
        self.0.push(entry);
    }
}
