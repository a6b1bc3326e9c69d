//! What opening a video told.

use crate::{Frame, image::tile_size};
use framezip_contract::{Extraction, Source, Tiles};
use serde::{Deserialize, Serialize};

/// What is to be extracted from a video, target by target: enough for others to do a part of it without
/// finding that out again, and to tell what all parts came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub(crate) extraction: Extraction,
    pub(crate) source: Source,
    /// The first frame's presentation time, in ticks.
    pub(crate) start: i64,
    /// Where the range ends, in ticks.
    pub(crate) end: i64,
    /// The same in milliseconds from the first frame.
    pub(crate) end_milliseconds: u64,
    /// The wanted presentation times in ticks, each once.
    pub(crate) targets: Vec<i64>,
    /// How many times were asked for that lie outside.
    pub(crate) outside: usize,
    /// How large the first frame's image is.
    pub(crate) image: (u32, u32),
}

impl Plan {
    /// How many targets there are. Equal frames count, although each is given once.
    pub fn total(&self) -> u32 {
        self.targets.len() as u32
    }

    /// What the container says of itself.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Parts begin at multiples of so many targets: no image of the storyboard may be in two of them.
    pub fn step(&self) -> u32 {
        self.extraction.storyboard.map_or(1, |tiles| tiles.cells() as u32)
    }

    /// The name of a frame's file in the zip.
    pub fn file(&self, frame: &Frame) -> String {
        frame.file(self.extraction.format)
    }

    /// How large each of these small images is.
    pub(crate) fn tile_size(&self, tiles: Tiles) -> (u32, u32) {
        tile_size(tiles, self.image)
    }
}
