//! Sample records and a sample zip for the tests.

use framezip_contract::{Status, Video, VideoId};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

/// Returns a new video of one byte in this status, without result and error.
pub fn video(status: Status) -> Video {
    let sample = framezip_contract::samples::video(status);
    Video { id: VideoId::now(), bytes: 1, result: None, error: None, ..sample }
}

/// Returns a zip with one entry.
pub fn zip() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("frames/1.jpg", SimpleFileOptions::default()).unwrap();
    zip.write_all(b"not really an image").unwrap();
    zip.finish().unwrap().into_inner()
}
