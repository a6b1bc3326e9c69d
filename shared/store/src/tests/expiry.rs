//! Uploads and videos whose time is over, in a table in memory.

use super::{
    deliveries::{set_time, table},
    owner,
};
use crate::{Check, Due, Record, Videos};
use framezip_contract::{ErrorCode, Failure, Status, Verdict, Video, VideoId, samples};
use std::time::Duration;

/// The time until the video expires, in seconds.
pub(super) const KEPT: i64 = 100_000;

/// Creates a video that expires after [`KEPT`].
pub(super) async fn created(videos: &Videos, status: Status) -> VideoId {
    let now = videos.now();
    let video = Video {
        id: VideoId::now(),
        owner: owner(),
        created_at: now,
        expires_at: now + Duration::from_secs(KEPT as u64),
        ..samples::video(status)
    };
    let id = video.id;
    let record = Record { check: Some(Check::first(now)), ..crate::samples::record(video) };
    videos.create(&owner(), &[record], None).await.unwrap();
    id
}

async fn awaited(videos: &Videos) -> VideoId {
    created(videos, Status::AwaitingUpload).await
}

#[tokio::test]
async fn an_upload_that_arrived_in_the_last_moment_does_not_expire() {
    let (videos, _table) = table();
    let expired = Verdict::Failed(Failure::new(ErrorCode::UploadExpired, "x"));
    let (late, missing) = (awaited(&videos).await, awaited(&videos).await);
    videos.queue(&owner(), late).await.unwrap().unwrap();
    assert_eq!(videos.finish(&owner(), late, 0, &expired).await.unwrap(), None);
    let failed = videos.finish(&owner(), missing, 0, &expired).await.unwrap().unwrap();
    assert_eq!(failed.video.status, Status::Failed);
}

#[tokio::test]
async fn a_video_that_has_expired_has_no_more_checks() {
    let (videos, _table) = table();
    let id = awaited(&videos).await;
    set_time(KEPT - 1);
    assert!(!videos.end_expired_checks(&owner(), id).await.unwrap());
    set_time(KEPT);
    assert_eq!(videos.get(&owner(), id).await.unwrap(), None);
    assert_eq!(videos.due(10).await.unwrap(), [Due::Video(owner(), id)]);
    assert!(videos.end_expired_checks(&owner(), id).await.unwrap());
    assert_eq!(videos.due(10).await.unwrap(), []);
}
