//! Media to images: which frames of a video are wanted, and the files that show them.
//!
//! Synchronous, without AWS, and the only crate that touches FFmpeg. Bytes come from any
//! [`Read`](std::io::Read) + [`Seek`](std::io::Seek), images go out one by one, and nothing is kept
//! of either, so memory follows the picture's size and not the video's length.
//!
//! Media is hostile. What FFmpeg can do at all is decided where it is built (no protocols, no
//! network, no demuxers that open other files: `layers/ffmpeg`); here its input comes only through
//! the reader, pictures are bounded before they are allocated, and an interrupt ends every
//! operation.

mod av1;
mod chooser;
mod codec;
mod container;
mod decoder;
mod demux;
mod error;
mod examine;
mod fields;
mod first;
mod image;
mod index;
mod landing;
mod manifest;
mod opened;
mod opener;
#[cfg(test)]
mod oracle;
mod package;
mod part;
mod plan;
mod reference;
mod scenes;
mod sheet;
mod shown;
mod source;
mod span;
mod storyboard;
mod targets;
mod team;
mod time;
mod timeline;
mod turned;
mod video;
mod whole;
mod worker;

pub use error::FramesError;
pub use part::{Frame, Output, Part, poster};
pub use plan::Plan;
pub use video::Video;
pub use whole::Report;
