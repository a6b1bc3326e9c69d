//! A worker's progress, written to the video's record.

use crate::{claimed_video::ClaimedVideo, extractor::Extractor};
use framezip_contract::{Progress, Video};
use std::{convert::Infallible, sync::atomic::Ordering, time::Duration};
use tokio::sync::watch;

/// The pause between two writes of progress.
const REPORT_EVERY: Duration = Duration::from_secs(2);

/// Whether the record took the progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProgressWrite {
    Written,
    /// The video is no longer this worker's.
    Cancelled,
}

/// Writes how many of the worker's own targets are done.
pub(crate) async fn write(
    extractor: &Extractor,
    claimed: &ClaimedVideo<'_>,
    now: Progress,
) -> anyhow::Result<ProgressWrite> {
    let Video { owner, id, .. } = claimed.video;
    let record = match &claimed.fan_out {
        None => extractor.videos.progress(owner, *id, &claimed.lease.owner, now).await?,
        // the record holds the sum over all workers
        Some(fan_out) => {
            let recorded = claimed.recorded_targets.load(Ordering::Relaxed);
            let more = i64::from(now.done) - i64::from(recorded);
            extractor.videos.advance(owner, *id, fan_out, more).await?
        }
    };
    claimed.recorded_targets.store(now.done, Ordering::Relaxed);
    Ok(if record.is_some() { ProgressWrite::Written } else { ProgressWrite::Cancelled })
}

/// Writes progress as long as it is polled, and marks the video as cancelled if it is no longer this
/// worker's. A failed write is only logged: the next one replaces it.
pub(crate) async fn keep_writing(
    extractor: &Extractor,
    claimed: &ClaimedVideo<'_>,
    mut progress: watch::Receiver<Option<Progress>>,
) -> Infallible {
    loop {
        if progress.changed().await.is_err() {
            // the decoding thread has ended, and only the upload is still running
            std::future::pending::<()>().await;
        }
        let Some(now) = *progress.borrow_and_update() else { continue };
        match write(extractor, claimed, now).await {
            Ok(ProgressWrite::Written) => {}
            Ok(ProgressWrite::Cancelled) => claimed.cancelled.store(true, Ordering::Relaxed),
            Err(error) => tracing::warn!(
                video.id = %claimed.video.id,
                %error,
                "could not write a video's progress"
            ),
        }
        tokio::time::sleep(REPORT_EVERY).await;
    }
}
