//! Media to images: which frames of a video are wanted, and those frames as JPEG.
//!
//! Synchronous, without AWS, and the only crate that touches FFmpeg. Bytes come from any
//! [`Read`](std::io::Read) + [`Seek`](std::io::Seek), images go out one by one, and nothing is kept
//! of either, so memory follows the picture's size and not the video's length.
//!
//! Media is hostile. What FFmpeg can do at all is decided where it is built (no protocols, no
//! network, no demuxers that open other files: `layers/ffmpeg`); here its input comes only through
//! the reader, pictures are bounded before they are allocated, and an interrupt ends every
//! operation.

mod chooser;
mod container;
mod decoder;
mod error;
mod orientation;
mod picture;
mod shown;
mod source;
mod span;
mod targets;
mod team;
mod time;
mod video;
mod worker;

pub use error::FramesError;
pub use video::{Frame, Video};
