//! Sample records and a sample zip for the tests.

use framezip_contract::{Extraction, Status, UserId, Video, VideoId};
use jiff::Timestamp;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

/// Returns a video of one byte in this status.
pub fn video(status: Status) -> Video {
    Video {
        id: VideoId::now(),
        owner: UserId::try_from("u".to_owned()).unwrap(),
        file_name: "a.mp4".to_owned(),
        bytes: 1,
        content_type: "video/mp4".to_owned(),
        extraction: Extraction::default(),
        status,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        progress: None,
        result: None,
        warnings: Vec::new(),
        error: None,
    }
}

/// Returns a zip with one entry.
pub fn zip() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("frames/1.jpg", SimpleFileOptions::default()).unwrap();
    zip.write_all(b"not really an image").unwrap();
    zip.finish().unwrap().into_inner()
}
