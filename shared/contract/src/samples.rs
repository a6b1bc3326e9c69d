//! A sample video for the tests of this workspace.

use crate::{ErrorCode, Extraction, Failure, Source, Status, UserId, Video, VideoId, ZipFacts};
use jiff::Timestamp;

/// The id of the sample video.
pub const VIDEO_ID: &str = "01990d2c-6a3e-7c51-9d0b-2f6c1a7be001";

/// Returns a video in this status. It has a result if it is `ready`, and an error if it has `failed`.
///
/// # Panics
/// Never.
pub fn video(status: Status) -> Video {
    let created_at: Timestamp = "2026-11-21T00:00:00Z".parse().expect("a time");
    let result = ZipFacts {
        bytes: 50,
        frames: 3,
        storyboard_images: None,
        source: Source {
            container: "mov".to_owned(),
            codec: "h264".to_owned(),
            width: 16,
            height: 16,
            duration: Some(6.0006),
            frame_rate: None,
        },
    };
    let failure = Failure::new(ErrorCode::Internal, "No.");
    Video {
        id: VIDEO_ID.parse::<VideoId>().expect("an id"),
        owner: UserId::try_from("owner".to_owned()).expect("a user"),
        file_name: "a.mp4".to_owned(),
        bytes: 1000,
        content_type: "video/mp4".to_owned(),
        extraction: Extraction::default(),
        status,
        created_at,
        updated_at: created_at,
        expires_at: "2027-01-20T00:00:00Z".parse().expect("a time"),
        progress: None,
        result: (status == Status::Ready).then_some(result),
        warnings: Vec::new(),
        error: (status == Status::Failed).then_some(failure),
    }
}
