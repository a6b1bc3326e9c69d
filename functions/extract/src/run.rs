//! A run: several workers on one video.
//!
//! The first worker leaves a plan and sends jobs for what it has not done. Each part, when it lies on S3,
//! is added to a set in the table. Who adds the last one joins them all. Every step comes before the
//! one that makes it known, so a crash repeats work and loses none; and no step minds being repeated.

use crate::{
    extraction::{End, Hold, Piece},
    handler::Extractor,
    parts::{Folder, PartName, Start, chain},
    work::Task,
};
use framezip_contract::{Job, Progress, Segment, Video};
use framezip_frames::Plan;
use framezip_runtime::sqs;
use std::ops::Range;

impl Extractor {
    /// The folder of a video's run.
    pub(crate) fn folder(&self, video: &Video, run: &str) -> Folder<'_> {
        Folder::new(&self.s3, &self.results, (&video.owner, video.id), run)
    }

    /// Begins a run: what is done becomes its first part.
    pub(crate) async fn split(&self, hold: &Hold<'_>, piece: Piece) -> anyhow::Result<()> {
        let Piece { plan, name, facts, rest } = piece;
        let video = hold.video;
        let run = &hold.lease.owner;
        let folder = self.folder(video, run);
        folder.put_facts(&name, &facts).await?;
        let start = Start { plan, first: name, rest };
        folder.put_start(&start).await?;
        let now = Progress { done: start.first.targets.end, total: start.plan.total() };
        let is_ours = self.tell_progress(hold, now).await?
            && self.videos.split(&video.owner, video.id, run).await?.is_some();
        if !is_ours {
            tracing::info!(video.id = %video.id, "stopped: the video was taken away");
            return Ok(());
        }
        tracing::info!(
            video.id = %video.id,
            targets.done = now.done,
            targets.total = now.total,
            segments.count = start.rest.len(),
            "split a video"
        );
        self.hand_over(hold, run, &start).await
    }

    /// As the first worker of a run that comes again.
    pub(crate) async fn hand_over_again(&self, hold: &Hold<'_>) -> anyhow::Result<()> {
        let run = &hold.lease.owner;
        let start = self.folder(hold.video, run).start().await?;
        self.hand_over(hold, run, &start).await
    }

    async fn hand_over(&self, hold: &Hold<'_>, run: &str, start: &Start) -> anyhow::Result<()> {
        self.send_segments(hold, run, &start.rest).await?;
        self.completed(hold, run, &start.plan, &start.first).await
    }

    /// Does some targets of a run.
    pub(crate) async fn segment(&self, hold: &Hold<'_>, targets: Range<u32>) -> anyhow::Result<()> {
        let video = hold.video;
        let Some(run) = &hold.run else { return Ok(()) };
        let folder = self.folder(video, run);
        let plan = folder.start().await?.plan;
        let total = plan.total();
        let piece = match self.work(hold, Task::Some(plan.into(), targets)).await {
            Ok(End::Piece(piece)) => *piece,
            Ok(End::Verdict(verdict)) => return self.tell(hold, verdict).await,
            Ok(End::TakenAway) => return Ok(()),
            Err(error) => {
                // when it comes again, it counts again
                if let Err(error) = self.tell_progress(hold, Progress { done: 0, total }).await {
                    tracing::warn!(%error, "progress was not taken back");
                }
                return Err(error);
            }
        };
        let Piece { plan, name, facts, rest } = piece;
        folder.put_facts(&name, &facts).await?;
        self.send_segments(hold, run, &rest).await?;
        let done = name.targets.end - name.targets.start;
        match self.tell_progress(hold, Progress { done, total }).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::info!(video.id = %video.id, "stopped: the video was taken away");
                return Ok(());
            }
            // not worth doing it all again
            Err(error) => tracing::warn!(%error, "progress was not written"),
        }
        self.completed(hold, run, &plan, &name).await
    }

    async fn send_segments(
        &self,
        hold: &Hold<'_>,
        run: &str,
        segments: &[Range<u32>],
    ) -> anyhow::Result<()> {
        for Range { start, end } in segments {
            let segment = Segment { run: run.to_owned(), first: *start, end: *end };
            let job = Job::segment(hold.video.owner.clone(), hold.video.id, segment);
            sqs::send(&self.sqs, &self.jobs, &job.of_attempt(hold.attempt)).await?;
        }
        Ok(())
    }

    /// Makes a part known. If it was the last one, joins them all.
    async fn completed(
        &self,
        hold: &Hold<'_>,
        run: &str,
        plan: &Plan,
        name: &PartName,
    ) -> anyhow::Result<()> {
        let Video { owner, id, .. } = hold.video;
        let names = self.videos.add_part(owner, *id, run, &name.to_string()).await?;
        let names: Result<_, _> = names.iter().map(|name| name.parse()).collect();
        let Some(parts) = chain(names?, plan.total()) else { return Ok(()) };
        if !self.videos.claim_assembly(owner, *id, run, &hold.lease).await? {
            tracing::info!(video.id = %id, "another worker joins the parts");
            return Ok(());
        }
        self.join(hold, run, plan, parts).await
    }
}
