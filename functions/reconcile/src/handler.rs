//! One round: every event that failed, and every item whose check is due.

use crate::{failed_events, reconciler::Reconciler, repair};
use anyhow::Context;
use framezip_store::Due;
use futures_util::{StreamExt, stream};
use lambda_runtime::Error;
use std::{
    collections::HashSet,
    time::{Duration, SystemTime},
};

/// The number of items that are read at once.
const PAGE: usize = 200;
/// The number of items that are handled at the same time.
const CONCURRENT: usize = 16;
/// The time kept free at the end of an invocation.
const RESERVE: Duration = Duration::from_secs(10);

/// Handles every event of an upload that failed and every item whose check is due, or as many as the time until
/// `deadline` allows: the next round finds the others. One that fails is logged, and is found again too.
///
/// A round at the same time as another one, or as live workers, changes nothing that is alive: each repair begins with a
/// write that is conditional on the check that was seen.
///
/// # Errors
/// If SQS or DynamoDB refuses or cannot be reached. Failed events that cannot be received hold up no check.
pub(crate) async fn run(reconciler: &Reconciler, deadline: SystemTime) -> Result<(), Error> {
    let is_idle = repair::has_no_waiting_jobs(reconciler).await?;
    // many events do not hold up the checks
    let half = deadline.duration_since(SystemTime::now()).unwrap_or_default() / 2;
    let events = tokio::time::timeout(half, failed_events::handle(reconciler)).await;
    let has_time = || SystemTime::now() + RESERVE < deadline;
    let mut seen = HashSet::new();
    while has_time() {
        // those that failed stay due, and must not hide the others
        let due = reconciler.videos.due(PAGE + seen.len()).await?;
        let new: Vec<_> = due.into_iter().filter(|item| seen.insert(item.clone())).collect();
        if new.is_empty() {
            break;
        }
        let handled = stream::iter(new).map(|item| check(reconciler, item, is_idle));
        handled.buffer_unordered(CONCURRENT).collect::<()>().await;
    }
    tracing::info!(items.count = seen.len(), "checked what was due");
    // after half of the time, the next round goes on
    events.unwrap_or(Ok(())).context("failed events could not be handled")?;
    Ok(())
}

async fn check(reconciler: &Reconciler, item: Due, is_idle: bool) {
    let checked = match &item {
        Due::Video(owner, id) => repair::video(reconciler, owner, *id, is_idle).await,
        Due::Delivery(owner, event) => repair::delivery(reconciler, owner, *event).await,
        Due::Webhook(owner) => repair::webhook(reconciler, owner).await,
    };
    if let Err(error) = checked {
        tracing::error!(item = ?item, error = format!("{error:#}"), "an item could not be checked");
    }
}
