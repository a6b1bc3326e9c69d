//! Jobs that were given up, in a table in memory.

use super::{
    deliveries::{set_time, table},
    expiry::{KEPT, created},
    owner,
};
use crate::{Claim, GivenUp, Lease, Videos};
use framezip_contract::{ErrorCode, Failure, Status, VideoId};
use std::time::Duration;

/// The length of a worker's lease, in seconds.
const LEASE: u64 = 900;

/// Creates a queued video that the message `worker` has claimed.
async fn claimed(videos: &Videos) -> VideoId {
    let id = created(videos, Status::Queued).await;
    let lease = Lease::from("worker", Duration::from_secs(LEASE), videos.now());
    assert!(matches!(videos.claim(&owner(), id, 0, &lease).await.unwrap(), Claim::Taken(_)));
    id
}

async fn give_up(videos: &Videos, id: VideoId, message: &str) -> GivenUp {
    let failure = Failure::new(ErrorCode::Internal, "x");
    videos.give_up(&owner(), id, 0, message, &failure).await.unwrap()
}

fn is_failed(given_up: &GivenUp) -> bool {
    matches!(given_up, GivenUp::Failed(record) if record.video.status == Status::Failed)
}

#[tokio::test]
async fn a_job_fails_the_video_that_its_own_message_has() {
    let (videos, _table) = table();
    let id = claimed(&videos).await;
    assert!(is_failed(&give_up(&videos, id, "worker").await));
    assert_eq!(give_up(&videos, id, "worker").await, GivenUp::Refused);
}

#[tokio::test]
async fn a_job_waits_for_the_worker_of_another_message() {
    let (videos, _table) = table();
    let id = claimed(&videos).await;
    // until its message has come again, if it crashed
    let until = videos.now() + Duration::from_secs(LEASE + 240);
    assert_eq!(give_up(&videos, id, "copy").await, GivenUp::Held(until));
    set_time(LEASE as i64 + 1);
    assert_eq!(give_up(&videos, id, "copy").await, GivenUp::Held(until));
    set_time(LEASE as i64 + 241);
    assert!(is_failed(&give_up(&videos, id, "copy").await));
}

#[tokio::test]
async fn a_fan_out_fails_by_its_own_jobs_only() {
    let (videos, _table) = table();
    let id = claimed(&videos).await;
    assert!(videos.start_fan_out(&owner(), id, "worker").await.unwrap().is_some());
    assert_eq!(give_up(&videos, id, "copy").await, GivenUp::Refused);
    set_time(LEASE as i64 + 241);
    assert_eq!(give_up(&videos, id, "copy").await, GivenUp::Refused);
    assert!(is_failed(&give_up(&videos, id, "worker").await));
}

#[tokio::test]
async fn a_video_that_has_expired_is_left_alone() {
    let (videos, _table) = table();
    let id = claimed(&videos).await;
    set_time(KEPT);
    assert_eq!(give_up(&videos, id, "worker").await, GivenUp::Refused);
}

#[tokio::test]
async fn a_video_that_is_gone_or_on_another_attempt_is_left_alone() {
    let (videos, _table) = table();
    let id = claimed(&videos).await;
    let failure = Failure::new(ErrorCode::Internal, "x");
    let other = videos.give_up(&owner(), id, 1, "worker", &failure).await.unwrap();
    assert_eq!(other, GivenUp::Refused);
    assert_eq!(give_up(&videos, VideoId::now(), "worker").await, GivenUp::Refused);
}
