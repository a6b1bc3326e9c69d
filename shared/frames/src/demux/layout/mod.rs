//! The structure of a file, read before FFmpeg opens it.
//!
//! A file may hold several recordings one after another, as `cat` leaves them: each is opened through a
//! [`View`] as a file of its own. A view also hides elements that FFmpeg would load into memory whole,
//! such as fonts and covers.
//!
//! The walks follow sizes that the file declares, so they are limited: in steps, in recordings and in
//! patches. A walk that meets a limit or damage keeps everything that it found before.

mod bytes;
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

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::{
    io::{self, Read, Seek},
    ops::Range,
};

/// The limit on recordings. The last one contains everything that follows.
const MOST_RECORDINGS: usize = 1000;
/// The limit on hidden elements of a recording. More are left visible.
const MOST_PATCHES: usize = 256;
/// The largest metadata that FFmpeg may load, in bytes.
const MOST_METADATA: u64 = 64 << 10;
/// The number of a file's first bytes that show its format.
const MAGIC_SIZE: usize = 64;

/// The structure of a file, found before it is opened.
#[derive(Debug)]
pub(crate) struct Layout {
    /// In the order of the file. There is at least one.
    pub(crate) recordings: Vec<Recording>,
}

/// Bytes that form a file of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recording {
    /// Offsets in the file. An end of `u64::MAX` means the end of the file.
    range: Range<u64>,
    /// These do not overlap.
    patches: Vec<Patch>,
    /// How many bytes an index takes that FFmpeg loads whole, as far as it was found.
    pub(crate) index_size: u64,
}

/// Bytes that a [`View`] shows in place of the file's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Patch {
    /// Offset in the recording.
    at: u64,
    bytes: Vec<u8>,
}

impl Recording {
    /// A whole file as it is.
    pub(crate) fn whole() -> Self {
        Self::new(0..u64::MAX)
    }

    fn new(range: Range<u64>) -> Self {
        Self { range, patches: Vec::new(), index_size: 0 }
    }

    /// Some of its bytes, by their offsets in it.
    pub(crate) fn part(&self, bytes: Range<u64>) -> Self {
        let start = self.range.start.saturating_add(bytes.start).min(self.range.end);
        let end = self.range.start.saturating_add(bytes.end).min(self.range.end);
        let moved = |patch: &Patch| {
            let at = patch.at.checked_sub(bytes.start)?;
            Some(Patch { at, bytes: patch.bytes.clone() })
        };
        let patches = self.patches.iter().filter_map(moved).collect();
        Self { range: start..end, patches, ..*self }
    }

    /// Adds a patch, unless it overlaps another one, exceeds the recording or there are too many.
    fn patch(&mut self, at: u64, bytes: Vec<u8>) {
        let end_of = |patch: &Patch| patch.at.saturating_add(patch.bytes.len() as u64);
        let patch = Patch { at, bytes };
        let overlaps = |other: &Patch| patch.at < end_of(other) && other.at < end_of(&patch);
        let fits = end_of(&patch) <= self.range.end.saturating_sub(self.range.start);
        if fits && self.patches.len() < MOST_PATCHES && !self.patches.iter().any(overlaps) {
            self.patches.push(patch);
        }
    }
}

/// The formats whose structure is read.
enum Format {
    Matroska,
    Mp4,
    Ogg,
    Flv,
    Other,
}

impl Format {
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

/// Finds the recordings in a file and the elements to hide in each.
///
/// # Errors
/// Those of the reader. A file that ends early or is damaged has the recordings found up to there.
pub(crate) fn layout<R: Read + Seek>(reader: &mut R) -> io::Result<Layout> {
    let mut bytes = Bytes::new(reader)?;
    let format = Format::of(bytes.look(0, MAGIC_SIZE, MAGIC_SIZE)?);
    let mut recordings = match format {
        Format::Matroska => matroska::recordings(&mut bytes)?,
        Format::Mp4 => mp4::recordings(&mut bytes)?,
        Format::Ogg => split(ogg::starts(&mut bytes)?),
        Format::Flv => split(flv::starts(&mut bytes)?),
        Format::Other => vec![Recording::whole()],
    };
    recordings.iter_mut().for_each(|found| found.patches.sort_by_key(|patch| patch.at));
    Ok(Layout { recordings })
}

/// The recordings that begin at these offsets, and at the file's first byte.
fn split(mut starts: Vec<u64>) -> Vec<Recording> {
    starts.truncate(MOST_RECORDINGS - 1);
    let ends = starts.iter().copied().chain([u64::MAX]);
    let starts = [0].into_iter().chain(starts.iter().copied());
    starts.zip(ends).map(|(start, end)| Recording::new(start..end)).collect()
}
