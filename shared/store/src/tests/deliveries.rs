//! Deliveries, in a table in memory.

use super::{
    memory_table::{MemoryTable, TABLE},
    owner,
};
use crate::{
    AttemptOutcome, ClaimedDelivery, DeliveryClaim, Due, Lease, NewDelivery, Resend, Videos,
};
use framezip_contract::{
    Delivery, DeliveryAttempt, DeliveryStatus, EventId, EventType, Status, VideoId,
};
use jiff::Timestamp;
use std::{cell::Cell, time::Duration};

/// The time at which each test begins, in seconds since 1970.
pub(super) const START: i64 = 1_790_000_000;

thread_local! {
    /// The time of this test, in seconds after its beginning.
    static TIME: Cell<i64> = const { Cell::new(0) };
}

/// Sets the time, in seconds after the beginning of the test.
pub(super) fn set_time(seconds: i64) {
    TIME.set(seconds);
}

fn now() -> Timestamp {
    Timestamp::from_second(START + TIME.get()).unwrap()
}

/// Returns an empty table at the beginning of a test.
pub(super) fn table() -> (Videos, MemoryTable) {
    set_time(0);
    let table = MemoryTable::default();
    (Videos::new(table.client(), TABLE).at(now), table)
}

async fn create(videos: &Videos) -> EventId {
    let new = NewDelivery::now(EventType::VideoReady, Some(VideoId::now()));
    let created = videos.create_delivery(&owner(), &new).await.unwrap().unwrap();
    assert_eq!((created.id, created.video, created.created_at), (new.event, new.video, now()));
    new.event
}

async fn claim(videos: &Videos, event: EventId, message: &str) -> DeliveryClaim {
    let lease = Lease::from(message, Duration::from_secs(30), now());
    videos.claim_delivery(&owner(), event, &lease).await.unwrap()
}

async fn taken(videos: &Videos, event: EventId, message: &str) -> ClaimedDelivery {
    match claim(videos, event, message).await {
        DeliveryClaim::Taken(claimed) => claimed,
        other => panic!("{other:?}"),
    }
}

async fn attempted(
    videos: &Videos,
    event: EventId,
    message: &str,
    status: u16,
    outcome: AttemptOutcome,
) -> bool {
    let attempt = DeliveryAttempt { at: now(), status: Some(status), error: None, duration_ms: 12 };
    videos.delivery_attempted(&owner(), event, message, &attempt, outcome).await.unwrap()
}

async fn read(videos: &Videos, event: EventId) -> Delivery {
    videos.delivery(&owner(), event).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_delivery_goes_from_attempt_to_attempt_to_its_end() {
    let (videos, table) = table();
    let event = create(&videos).await;
    let first = taken(&videos, event, "m").await;
    assert_eq!((first.delivery.id, first.tries), (event, 0));
    assert_eq!(claim(&videos, event, "other").await, DeliveryClaim::Over, "m makes the attempt");
    let due = Timestamp::from_second(START + 300).unwrap();
    assert!(attempted(&videos, event, "m", 503, AttemptOutcome::Retry(due)).await);
    let pending = read(&videos, event).await;
    assert_eq!((pending.status, pending.next_attempt_at), (DeliveryStatus::Pending, Some(due)));

    set_time(100);
    let early = DeliveryClaim::Early(Duration::from_secs(200));
    assert_eq!(claim(&videos, event, "m").await, early);
    set_time(299);
    assert_eq!(
        taken(&videos, event, "other").await.tries,
        1,
        "a second early is no reason to wait"
    );
    assert!(attempted(&videos, event, "other", 204, AttemptOutcome::Delivered).await);
    let delivered = read(&videos, event).await;
    assert_eq!((delivered.status, delivered.next_attempt_at), (DeliveryStatus::Delivered, None));
    let statuses: Vec<_> = delivered.attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!(statuses, [Some(503), Some(204)]);
    assert_eq!(claim(&videos, event, "m").await, DeliveryClaim::Over);
    assert_eq!(videos.due(10).await.unwrap(), []);
    let items = table.items();
    let item = items.values().next().unwrap();
    assert!(["lease", "check", "checkAt", "status"].iter().all(|name| !item.contains_key(*name)));
}

#[tokio::test]
async fn a_message_that_lost_its_lease_changes_nothing() {
    let (videos, _) = table();
    let event = create(&videos).await;
    taken(&videos, event, "m").await;
    taken(&videos, event, "m").await;
    set_time(31);
    taken(&videos, event, "other").await;
    assert!(!attempted(&videos, event, "m", 204, AttemptOutcome::Delivered).await);
    assert!(!videos.cancel_delivery(&owner(), event, "m").await.unwrap());
    assert_eq!(read(&videos, event).await.status, DeliveryStatus::Pending);
    assert!(videos.cancel_delivery(&owner(), event, "other").await.unwrap());
    assert_eq!(read(&videos, event).await.status, DeliveryStatus::Cancelled);
    assert_eq!(videos.due(10).await.unwrap(), []);
}

#[tokio::test]
async fn an_event_has_one_delivery() {
    let (videos, _) = table();
    let new = NewDelivery::now(EventType::VideoFailed, Some(VideoId::now()));
    assert!(videos.create_delivery(&owner(), &new).await.unwrap().is_some());
    taken(&videos, new.event, "m").await;
    assert!(attempted(&videos, new.event, "m", 204, AttemptOutcome::Delivered).await);
    assert_eq!(videos.create_delivery(&owner(), &new).await.unwrap(), None);
    assert_eq!(read(&videos, new.event).await.status, DeliveryStatus::Delivered);
    let unknown = EventId::now();
    assert_eq!(videos.delivery(&owner(), unknown).await.unwrap(), None);
    assert_eq!(claim(&videos, unknown, "m").await, DeliveryClaim::Over);
}

#[tokio::test]
async fn a_final_delivery_is_sent_again() {
    let (videos, _) = table();
    let resend = async |event| videos.resend_delivery(&owner(), event).await.unwrap();
    let event = create(&videos).await;
    assert_eq!(resend(event).await, Resend::Pending);
    taken(&videos, event, "m").await;
    assert!(attempted(&videos, event, "m", 410, AttemptOutcome::Failed).await);
    assert_eq!(read(&videos, event).await.status, DeliveryStatus::Failed);
    set_time(60);
    let Resend::Due(again) = resend(event).await else { panic!("it is final") };
    assert_eq!((again.status, again.attempts.len()), (DeliveryStatus::Pending, 1));
    assert_eq!(taken(&videos, event, "m2").await.tries, 0, "its attempts are counted from here");
    assert_eq!(resend(EventId::now()).await, Resend::NotFound);
    assert!(attempted(&videos, event, "m2", 204, AttemptOutcome::Delivered).await);
    for _ in 2..100 {
        assert!(matches!(resend(event).await, Resend::Due(_)));
        taken(&videos, event, "m").await;
        assert!(attempted(&videos, event, "m", 204, AttemptOutcome::Delivered).await);
    }
    assert_eq!(resend(event).await, Resend::TooManyAttempts);
}

#[tokio::test]
async fn the_list_has_the_newest_hundred() {
    let (videos, _) = table();
    let mut events = Vec::new();
    for _ in 0..102 {
        events.push(create(&videos).await);
    }
    let listed = videos.deliveries(&owner()).await.unwrap();
    let listed: Vec<_> = listed.iter().map(|delivery| delivery.id).collect();
    events.reverse();
    assert_eq!(listed, events[..100]);
    // a delivery is no video
    for status in [None, Some(Status::Failed)] {
        assert_eq!(videos.list_everyones(status, 10, None).await.unwrap().records, []);
    }
    set_time(30 * 24 * 60 * 60);
    assert_eq!(videos.deliveries(&owner()).await.unwrap(), []);
    assert_eq!(videos.delivery(&owner(), events[0]).await.unwrap(), None);
    assert_eq!(videos.resend_delivery(&owner(), events[0]).await.unwrap(), Resend::NotFound);
    assert_eq!(claim(&videos, events[0], "m").await, DeliveryClaim::Over);
}

#[tokio::test]
async fn a_lost_message_is_found_by_the_check() {
    let (videos, _) = table();
    let event = create(&videos).await;
    assert_eq!(videos.due(10).await.unwrap(), []);
    assert!(!videos.postpone_delivery(&owner(), event).await.unwrap());
    set_time(15 * 60);
    assert_eq!(videos.due(10).await.unwrap(), [Due::Delivery(owner(), event)]);
    assert!(videos.postpone_delivery(&owner(), event).await.unwrap());
    assert!(!videos.postpone_delivery(&owner(), event).await.unwrap(), "another round was faster");
    taken(&videos, event, "m").await;
    let due = Timestamp::from_second(START + 10 * 60 * 60).unwrap();
    assert!(attempted(&videos, event, "m", 500, AttemptOutcome::Retry(due)).await);
    set_time(10 * 60 * 60);
    assert_eq!(videos.due(10).await.unwrap(), []);
    set_time(10 * 60 * 60 + 15 * 60);
    assert_eq!(videos.due(10).await.unwrap(), [Due::Delivery(owner(), event)]);
}
