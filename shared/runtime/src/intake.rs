//! The arrival of an upload. S3's event reports it; if the event is lost, the call that completes the upload or the
//! reconciler finds the file.
//!
//! Needs `dynamodb:UpdateItem` on the table and `sqs:SendMessage` on the queues of jobs and outcomes.

use crate::{metric, sqs};
use framezip_contract::{Counts, ErrorCode, Failure, Job, Outcome, Verdict, Video};
use framezip_store::Videos;

/// Queues the videos whose files have arrived.
#[derive(Clone, Debug)]
pub struct Intake {
    videos: Videos,
    sqs: aws_sdk_sqs::Client,
    /// The URL of the queue of jobs.
    jobs: String,
    /// The URL of the queue of outcomes.
    outcomes: String,
}

impl Intake {
    /// Returns the intake that sends messages to these queues.
    pub fn new(videos: Videos, sqs: aws_sdk_sqs::Client, jobs: String, outcomes: String) -> Self {
        Self { videos, sqs, jobs, outcomes }
    }

    /// Queues a video of status `awaiting_upload` whose file of `bytes` bytes has arrived. If it has another length
    /// than announced, the video fails.
    ///
    /// The message is sent before the record is written, so a crash between the two causes a second message,
    /// which has no effect, and never loses a video. Running it twice has no effect either.
    ///
    /// # Errors
    /// If SQS or DynamoDB refuse or cannot be reached.
    pub async fn accept(&self, video: &Video, bytes: u64) -> anyhow::Result<()> {
        if bytes != video.bytes {
            let outcome = Outcome::new(video.owner.clone(), video.id, mismatch(video, bytes));
            return Ok(sqs::send(&self.sqs, &self.outcomes, &outcome).await?);
        }
        let job = Job::new(video.owner.clone(), video.id);
        sqs::send(&self.sqs, &self.jobs, &job).await?;
        if self.videos.queue(&video.owner, video.id).await?.is_some() {
            let counts = Counts::queued();
            metric::record(&self.videos, &counts).await;
        }
        tracing::info!(video.id = %video.id, video.bytes = bytes, "queued a video");
        Ok(())
    }
}

fn mismatch(video: &Video, bytes: u64) -> Verdict {
    Verdict::Failed(Failure::new(
        ErrorCode::UploadMismatch,
        format!(
            "The uploaded file has {bytes} bytes instead of the announced {}. Send the video again.",
            video.bytes
        ),
    ))
}
