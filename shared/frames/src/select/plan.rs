//! The plan of an extraction.

use crate::{
    Frame,
    demux::{recording::Recording, timeline::Timeline},
    image::tile_size,
};
use framezip_contract::{Extraction, Source, Tiles, Warning};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is to be extracted from a video, target by target: enough for others to do a part of it without
/// finding that out again, and to tell what all parts came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub(crate) extraction: Extraction,
    pub(crate) source: Source,
    pub(crate) timeline: Timeline,
    pub(crate) recordings: Vec<Arc<Recording>>,
    /// Where the range ends, in ticks of the timeline.
    pub(crate) end: i64,
    /// The same in milliseconds.
    pub(crate) end_milliseconds: u64,
    /// The wanted times in ticks of the timeline, each once.
    pub(crate) targets: Vec<i64>,
    /// The faults that opening the video found.
    pub(crate) warnings: Vec<Warning>,
    /// How many times were asked for that lie outside.
    pub(crate) outside: usize,
    /// How large the first frame's image is.
    pub(crate) image: (u32, u32),
    /// How large the largest image of a recording's first frame is.
    pub(crate) largest: (u32, u32),
    /// How many decoders fit into the memory.
    pub(crate) decoders: usize,
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
