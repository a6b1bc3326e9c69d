//! A fan-out: several invocations at one video.
//!
//! The first worker stores a plan and sends jobs for the targets that it has not done. The name of each
//! segment that is in S3 is added to a set in the table. The worker whose name completes the set
//! assembles the zip. Each step is done before the record that announces it is written, so a crash
//! repeats work and loses none, and every step may be repeated.

mod assemble;
mod segment_store;

use crate::{
    claimed_video::ClaimedVideo,
    decode_thread::Assignment,
    extractor::Extractor,
    outcome,
    progress::{self, ProgressWrite},
    worker::{self, FinishedSegment, WorkerResult},
};
use anyhow::Context;
use assemble::assemble;
use framezip_contract::{Job, Progress, Segment, Video};
use framezip_frames::Plan;
use framezip_runtime::sqs;
use segment_store::{FanOutStart, SegmentFacts, SegmentName, SegmentStore, chain, missing};
use std::{ops::Range, time::Duration};
use uuid::Uuid;

/// The most splits that lead to a segment. A worker at this depth does all of its targets, however long it takes: a
/// video whose speed misleads every worker must not be split forever.
const MAX_DEPTH: u8 = 8;

/// Begins a fan-out: what the worker has done, at `key`, becomes the first segment.
pub(crate) async fn begin(
    extractor: &Extractor,
    claimed: &ClaimedVideo<'_>,
    segment: FinishedSegment,
    key: String,
) -> anyhow::Result<()> {
    let FinishedSegment { plan, extracted, entries, e_tag, remaining } = segment;
    let video = claimed.video;
    let fan_out = &claimed.lease.owner;
    let store = SegmentStore::new(extractor, video, fan_out);
    let name = SegmentName::new(extracted.targets.clone(), Uuid::now_v7());
    store.put_facts(&name, &SegmentFacts { key, e_tag, entries, extracted }).await?;
    let start = FanOutStart { plan, first: name, remaining };
    store.put_start(&start).await?;
    let now = Progress { done: start.first.targets.end, total: start.plan.total() };
    let is_ours = progress::write(extractor, claimed, now).await? == ProgressWrite::Written
        && extractor.videos.start_fan_out(&video.owner, video.id, fan_out).await?.is_some();
    if !is_ours {
        log_cancelled(video);
        return Ok(());
    }
    tracing::info!(
        video.id = %video.id,
        targets.done = now.done,
        targets.total = now.total,
        segments.count = start.remaining.len(),
        "began a fan-out: other workers do a video's remaining targets"
    );
    announce(extractor, claimed, fan_out, &start).await
}

/// Announces a fan-out again, after its first worker failed while it did so, or because messages are lost.
pub(crate) async fn resume(
    extractor: &Extractor,
    claimed: &ClaimedVideo<'_>,
) -> anyhow::Result<()> {
    let fan_out = &claimed.lease.owner;
    let start = SegmentStore::new(extractor, claimed.video, fan_out).start().await?;
    announce(extractor, claimed, fan_out, &start).await
}

/// Sends the jobs for those targets of a fan-out that are in no finished segment, and adds its first segment. Targets
/// that another worker is extracting are extracted twice, with the same result.
async fn announce(
    extractor: &Extractor,
    claimed: &ClaimedVideo<'_>,
    fan_out: &str,
    start: &FanOutStart,
) -> anyhow::Result<()> {
    let Video { owner, id, .. } = claimed.video;
    let names = extractor.videos.segments(owner, *id, fan_out).await?;
    let finished: Result<Vec<SegmentName>, _> = names.iter().map(|name| name.parse()).collect();
    let missing = missing(&start.remaining, &finished?);
    send_jobs(extractor, claimed, fan_out, &missing, 1).await?;
    add_segment(extractor, claimed, fan_out, &start.plan, &start.first).await
}

/// Extracts a segment of a fan-out.
pub(crate) async fn extract_segment(
    extractor: &Extractor,
    claimed: &ClaimedVideo<'_>,
    segment: &Segment,
) -> anyhow::Result<()> {
    let Some(fan_out) = &claimed.fan_out else { return Ok(()) };
    let Segment { first, end, depth, .. } = *segment;
    let store = SegmentStore::new(extractor, claimed.video, fan_out);
    let plan = store.start().await?.plan;
    let total = plan.total();
    let execution = Uuid::now_v7();
    let key = store.entries_key(execution);
    let budget = if depth < MAX_DEPTH { extractor.budget } else { Duration::MAX };
    let assignment = Assignment::Segment { plan: plan.into(), targets: first..end, budget };
    let segment = match worker::run(extractor, claimed, assignment, &key).await {
        Ok(WorkerResult::Segment(segment)) => *segment,
        Ok(WorkerResult::Verdict(verdict)) => {
            return outcome::send(extractor, claimed, verdict).await;
        }
        Ok(WorkerResult::Cancelled) => return Ok(()),
        Err(error) => {
            revert_progress(extractor, claimed, total).await;
            return Err(error);
        }
    };
    let FinishedSegment { plan, extracted, entries, e_tag, remaining } = segment;
    let name = SegmentName::new(extracted.targets.clone(), execution);
    store.put_facts(&name, &SegmentFacts { key, e_tag, entries, extracted }).await?;
    send_jobs(extractor, claimed, fan_out, &remaining, depth.saturating_add(1)).await?;
    let done = name.targets.end - name.targets.start;
    match progress::write(extractor, claimed, Progress { done, total }).await {
        Ok(ProgressWrite::Written) => {}
        Ok(ProgressWrite::Cancelled) => {
            log_cancelled(claimed.video);
            return Ok(());
        }
        // not worth extracting the segment again
        Err(error) => tracing::warn!(
            video.id = %claimed.video.id,
            %error,
            "could not write a video's progress"
        ),
    }
    add_segment(extractor, claimed, fan_out, &plan, &name).await
}

/// Takes a failed worker's targets out of the progress: the next delivery of its message counts them
/// again.
async fn revert_progress(extractor: &Extractor, claimed: &ClaimedVideo<'_>, total: u32) {
    if let Err(error) = progress::write(extractor, claimed, Progress { done: 0, total }).await {
        tracing::warn!(
            video.id = %claimed.video.id,
            %error,
            "could not take a failed worker's targets out of a video's progress"
        );
    }
}

fn log_cancelled(video: &Video) {
    tracing::info!(video.id = %video.id, "stopped a fan-out's worker: the work was cancelled");
}

async fn send_jobs(
    extractor: &Extractor,
    claimed: &ClaimedVideo<'_>,
    fan_out: &str,
    segments: &[Range<u32>],
    depth: u8,
) -> anyhow::Result<()> {
    for Range { start, end } in segments {
        let segment = Segment { fan_out: fan_out.to_owned(), first: *start, end: *end, depth };
        let job = Job::segment(claimed.video.owner.clone(), claimed.video.id, segment);
        sqs::send(&extractor.sqs, &extractor.jobs, &job.of_attempt(claimed.attempt)).await?;
    }
    Ok(())
}

/// Adds a segment to the set of finished ones. If the set is complete, assembles the zip.
async fn add_segment(
    extractor: &Extractor,
    claimed: &ClaimedVideo<'_>,
    fan_out: &str,
    plan: &Plan,
    name: &SegmentName,
) -> anyhow::Result<()> {
    let Video { owner, id, .. } = claimed.video;
    let added = extractor.videos.add_segment(owner, *id, fan_out, &name.to_string()).await?;
    let names = added.context("the fan-out has as many segments as an item can hold")?;
    let names: Result<_, _> = names.iter().map(|name| name.parse()).collect();
    let Some(segments) = chain(names?, plan.total()) else { return Ok(()) };
    if !extractor.videos.claim_assembly(owner, *id, fan_out, &claimed.lease).await? {
        tracing::info!(video.id = %id, "left a video's zip to the worker that is assembling it");
        return Ok(());
    }
    let store = SegmentStore::new(extractor, claimed.video, fan_out);
    assemble(extractor, claimed, &store, plan, segments).await
}
