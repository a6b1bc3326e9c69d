//! Facts about a recording that FFmpeg does not find by opening it.

use super::{layout::FileExtent, survey::Survey};
use serde::{Deserialize, Serialize};

/// One recording of a file. It is examined once, and is the same for every decoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recording {
    /// The recording's bytes in the file.
    pub(crate) extent: FileExtent,
    /// The component that applies the edit list of an MP4.
    pub(crate) edits: Edits,
    /// The survey of all packets, if the clock jumps or the decoder's state changes midway.
    pub(crate) survey: Option<Survey>,
    /// The display matrix of the first frame, for frames that do not repeat it.
    pub(crate) display_matrix: Option<Vec<u8>>,
    pub(crate) pictures: Pictures,
}

/// The component that applies an edit list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Edits {
    /// FFmpeg: the packets' times are those of the presentation.
    Demuxer,
    /// The timeline: the packets' times are those of the media.
    Timeline,
}

/// The contents of a decoded picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Pictures {
    Frames,
    /// Every other line of a frame: two consecutive pictures are one frame.
    Fields,
}

impl Recording {
    pub(crate) fn new(extent: FileExtent) -> Self {
        Self {
            extent,
            edits: Edits::Demuxer,
            survey: None,
            display_matrix: None,
            pictures: Pictures::Frames,
        }
    }
}
