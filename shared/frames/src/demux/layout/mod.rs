//! The structure of a file, read before FFmpeg opens it.
//!
//! A file may hold several recordings one after another, as `cat` writes them. Each is opened through a [`View`] as
//! a file of its own. A view also hides elements that FFmpeg would load into memory whole, such as fonts and
//! covers.
//!
//! The walks follow sizes that the file declares, so their steps, recordings and patches are limited. A walk that
//! meets a limit or damage keeps everything that it found before.

mod clusters;
mod ebml;
mod flv;
mod fragments;
mod matroska;
mod mp4;
mod ogg;
#[cfg(test)]
mod tests;
mod view;

pub(crate) use view::View;

use super::byte_reader::ByteReader;
use serde::{Deserialize, Serialize};
use std::{
    io::{self, Read, Seek},
    ops::Range,
};

/// The limit on steps in a file, enough for the blocks of sound and pictures of more than 10 hours.
const MOST_STEPS: u32 = 5_000_000;
/// The limit on recordings. The last one contains everything that follows.
const MOST_RECORDINGS: usize = 1000;
/// The limit on hidden elements of a recording. Further ones stay visible.
const MOST_PATCHES: usize = 256;
/// The largest metadata that FFmpeg may load, in bytes.
const MOST_METADATA: u64 = 64 << 10;
/// The number of a file's first bytes that show its format.
const MAGIC_SIZE: usize = 64;

/// Bytes of a file that form a file of their own: a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FileExtent {
    /// Offsets in the file. An end of `u64::MAX` means the end of the file.
    range: Range<u64>,
    /// These do not overlap.
    patches: Vec<BytePatch>,
    /// The size in bytes of an index that FFmpeg loads whole, as far as it was found.
    pub(crate) index_size: u64,
}

/// Bytes that a [`View`] shows instead of those of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct BytePatch {
    /// Offset in the recording.
    at: u64,
    bytes: Vec<u8>,
}

impl FileExtent {
    /// Returns the extent of an unchanged whole file.
    pub(crate) fn whole_file() -> Self {
        Self::new(0..u64::MAX)
    }

    fn new(range: Range<u64>) -> Self {
        Self { range, patches: Vec::new(), index_size: 0 }
    }

    /// Returns some of its bytes, by their offsets in it.
    pub(crate) fn slice(&self, bytes: Range<u64>) -> Self {
        let start = self.range.start.saturating_add(bytes.start).min(self.range.end);
        let end = self.range.start.saturating_add(bytes.end).min(self.range.end);
        let moved = |patch: &BytePatch| {
            let at = patch.at.checked_sub(bytes.start)?;
            Some(BytePatch { at, bytes: patch.bytes.clone() })
        };
        let patches = self.patches.iter().filter_map(moved).collect();
        Self { range: start..end, patches, ..*self }
    }

    /// Adds a patch, unless it overlaps another one, exceeds the recording or there are too many.
    fn patch(&mut self, at: u64, bytes: Vec<u8>) {
        let end_of = |patch: &BytePatch| patch.at.saturating_add(patch.bytes.len() as u64);
        let patch = BytePatch { at, bytes };
        let overlaps = |other: &BytePatch| patch.at < end_of(other) && other.at < end_of(&patch);
        let fits = end_of(&patch) <= self.range.end.saturating_sub(self.range.start);
        if fits && self.patches.len() < MOST_PATCHES && !self.patches.iter().any(overlaps) {
            self.patches.push(patch);
        }
    }
}

/// The formats whose structure is read.
enum ContainerFormat {
    Matroska,
    Mp4,
    Ogg,
    Flv,
    Other,
}

impl ContainerFormat {
    fn of(magic: &[u8]) -> Self {
        match magic {
            [0x1A, 0x45, 0xDF, 0xA3, ..] => Self::Matroska,
            [b'O', b'g', b'g', b'S', 0, ..] => Self::Ogg,
            [b'F', b'L', b'V', 1, ..] => Self::Flv,
            [_, _, _, _, kind @ ..] if kind.first_chunk().is_some_and(mp4::is_first_box) => {
                Self::Mp4
            }
            _ => Self::Other,
        }
    }
}

/// Finds the recordings in a file, in its order, and the elements to hide in each. There is at least one
/// recording.
///
/// # Errors
/// Those of the reader. For a file that ends early or is damaged, the recordings found up to there are returned.
pub(crate) fn extents<R: Read + Seek>(reader: &mut R) -> io::Result<Vec<FileExtent>> {
    let mut bytes = ByteReader::new(reader, MOST_STEPS)?;
    let format = ContainerFormat::of(bytes.look(0, MAGIC_SIZE, MAGIC_SIZE)?);
    let mut extents = match format {
        ContainerFormat::Matroska => matroska::recordings(&mut bytes)?,
        ContainerFormat::Mp4 => mp4::recordings(&mut bytes)?,
        ContainerFormat::Ogg => split(ogg::starts(&mut bytes)?),
        ContainerFormat::Flv => split(flv::starts(&mut bytes)?),
        ContainerFormat::Other => vec![FileExtent::whole_file()],
    };
    extents.iter_mut().for_each(|found| found.patches.sort_by_key(|patch| patch.at));
    Ok(extents)
}

/// Returns the recordings that begin at these offsets and at the first byte of the file.
fn split(mut starts: Vec<u64>) -> Vec<FileExtent> {
    starts.truncate(MOST_RECORDINGS - 1);
    let ends = starts.iter().copied().chain([u64::MAX]);
    let starts = [0].into_iter().chain(starts.iter().copied());
    starts.zip(ends).map(|(start, end)| FileExtent::new(start..end)).collect()
}
