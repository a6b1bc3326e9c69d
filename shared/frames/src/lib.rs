//! Extracts frames from videos: selects the wanted frames, decodes them, and makes the files of the zip.
//!
//! The crate is synchronous, uses no AWS, and is the only one that touches FFmpeg. It reads bytes from any
//! [`Read`](std::io::Read) + [`Seek`](std::io::Seek), and passes images on one by one without keeping them. So its
//! memory depends on the size of the pictures and not on the length of the video.
//!
//! The folders are the stages. `demux` finds the recordings of a file and reads their packets, `bitstream` finds
//! packets that may be skipped, `decode` turns packets into pictures, `probe` opens a new file with these three,
//! `select` chooses the wanted times, `image` turns pictures into images, and `output` makes the files of the zip.
//! [`SourceVideo`] connects the stages.
//!
//! Media is hostile. The build of FFmpeg (`layers/ffmpeg`) excludes protocols, the network, and demuxers that open
//! other files. In this crate, FFmpeg's input comes only through the reader, pictures are checked before they are
//! allocated, and an interrupt ends every operation.

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
    segment::{ExtractedSegment, Frame, OutputFile, poster},
    zip_files::ExtractionReport,
};
pub use select::plan::Plan;
pub use source_video::SourceVideo;
