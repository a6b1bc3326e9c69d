//! Records for the tests.

use framezip_contract::{Extraction, Status, UserId, Video, VideoId};
use jiff::Timestamp;

/// A video of one byte, in this status.
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
