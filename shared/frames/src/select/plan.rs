//! The plan of an extraction.

use crate::{
    demux::{recording::Recording, timeline::Timeline},
    image::{Size, tile_size},
    output::segment::Frame,
};
use framezip_contract::{Extraction, Source, Tiles, Warning};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The plan of an extraction, target by target. With a plan, other workers can do a segment of it without
/// probing the video again, and the results of all segments can be put together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub(crate) extraction: Extraction,
    pub(crate) source: Source,
    pub(crate) timeline: Timeline,
    pub(crate) recordings: Vec<Arc<Recording>>,
    /// The end of the range, on the timeline.
    pub(crate) end: i64,
    /// The end of the range in milliseconds.
    pub(crate) end_milliseconds: u64,
    /// The wanted times of the timeline, each once.
    pub(crate) targets: Vec<i64>,
    /// The faults found while the video was opened.
    pub(crate) warnings: Vec<Warning>,
    /// The number of requested times that lie outside.
    pub(crate) outside: usize,
    /// The size of the first frame's image.
    pub(crate) image: Size,
    /// The size of the largest image among the first frames of all recordings.
    pub(crate) largest: Size,
    /// The number of decoders that fit into the memory.
    pub(crate) decoders: usize,
}

impl Plan {
    /// Returns the number of targets. Several targets may have the same frame, which is extracted once.
    pub fn total(&self) -> u32 {
        self.targets.len() as u32
    }

    /// Returns the facts that the container states.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Segments begin at multiples of this number of targets, so that no image of the storyboard is in two
    /// segments.
    pub fn step(&self) -> u32 {
        self.extraction.storyboard.map_or(1, |tiles| tiles.cells() as u32)
    }

    /// Returns the name of a frame's file in the zip.
    pub fn file_name(&self, frame: &Frame) -> String {
        frame.file_name(self.extraction.format)
    }

    /// Returns the size of each of these small images.
    pub(crate) fn tile_size(&self, tiles: Tiles) -> Size {
        tile_size(tiles, self.image)
    }
}
