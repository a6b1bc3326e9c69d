//! One job: take the video or a part of it, extract its frames, pass on what came of it.

use crate::{
    extraction::{End, Hold},
    handler::Extractor,
    work::Task,
};
use framezip_contract::{Job, Outcome, Segment, Verdict};
use framezip_runtime::sqs::{self, Delivery, HandlerError};
use framezip_store::{Claim, Lease};
use std::time::{Duration, Instant, SystemTime};

/// What is left of the invocation for what comes behind extraction when that stops.
const RESERVE: Duration = Duration::from_secs(20);

impl Extractor {
    /// Extracts a video's frames, or some of them, and passes on what came of it: a verdict to
    /// `outcomes`, or, of a video that takes long, jobs for others.
    ///
    /// Run twice, it makes the same zip under the same key; a duplicate that comes while the first
    /// is under way, or after it, does nothing, or makes a part that is as good. So does a job of an
    /// attempt that is not the video's any more; one of an attempt that is not the video's yet comes
    /// again. If it fails, the video stays `processing`, no upload is left open, and the message
    /// comes again. Of a video that was deleted meanwhile, it leaves no object.
    pub(crate) async fn extract(
        &self,
        job: Job,
        delivery: Delivery,
        deadline: SystemTime,
    ) -> Result<(), HandlerError> {
        let Job { owner, video: id, attempt, segment, .. } = job;
        let time_left = deadline.duration_since(SystemTime::now()).unwrap_or_default();
        let stop_at = Instant::now() + time_left.saturating_sub(RESERVE);
        let lease = Lease::of(&delivery.message_id, time_left);
        let record = match &segment {
            None => match self.videos.claim(&owner, id, attempt, &lease).await? {
                Claim::Taken(record) => Some(*record),
                Claim::Early => return Err("the record does not know of this attempt yet".into()),
                Claim::Refused => None,
            },
            // a run is of one attempt
            Some(segment) => self.videos.advance(&owner, id, &segment.run, 0).await?,
        };
        let Some(record) = record else {
            if !self.clean_up_if_deleted(&owner, id).await? {
                tracing::info!(video.id = %id, "dropped a job that is done or under way");
            }
            return Ok(());
        };
        let hold = Hold::new(&record, lease, stop_at);
        match segment {
            Some(Segment { first, end, .. }) => self.segment(&hold, first..end).await?,
            // its worker split the video, and failed behind that
            None if hold.run.is_some() => self.hand_over_again(&hold).await?,
            None => self.whole(&hold).await?,
        }
        self.clean_up_if_deleted(&owner, id).await?;
        Ok(())
    }

    /// Does the video alone, or begins a run.
    async fn whole(&self, hold: &Hold<'_>) -> anyhow::Result<()> {
        match self.work(hold, Task::Whole).await? {
            End::Verdict(verdict) => self.tell(hold, verdict).await,
            End::Piece(piece) => self.split(hold, *piece).await,
            End::TakenAway => Ok(()),
        }
    }

    /// Sends what came of a video to `outcomes`.
    pub(crate) async fn tell(&self, hold: &Hold<'_>, verdict: Verdict) -> anyhow::Result<()> {
        let outcome = Outcome::new(hold.video.owner.clone(), hold.video.id, verdict);
        Ok(sqs::send(&self.sqs, &self.outcomes, &outcome.of_attempt(hold.attempt)).await?)
    }
}
