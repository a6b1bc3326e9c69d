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

mod bitstream;
mod decode;
mod demux;
mod error;
mod image;
#[cfg(test)]
mod oracle;
mod output;
mod probe;
mod select;
mod source_video;
mod time_base;

pub use error::FramesError;
pub use output::{
    segment::{Frame, Output, Part, poster},
    zip_files::Report,
};
pub use select::plan::Plan;
pub use source_video::Video;
