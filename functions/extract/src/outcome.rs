//! Verdicts on videos, and the messages that carry them to `outcomes`.

use crate::{claimed_video::ClaimedVideo, extractor::Extractor};
use framezip_contract::{ErrorCode, Failure, Outcome, Source, Verdict, Warning, ZipFacts};
use framezip_frames::ExtractionReport;
use framezip_runtime::sqs;

/// The maximum number of warnings in the record. `frames.json` has all of them.
const MAX_WARNINGS: usize = 20;

/// Sends a video's verdict to `outcomes`.
pub(crate) async fn send(
    extractor: &Extractor,
    claimed: &ClaimedVideo<'_>,
    verdict: Verdict,
) -> anyhow::Result<()> {
    let outcome = Outcome::new(claimed.video.owner.clone(), claimed.video.id, verdict);
    let outcome = outcome.of_attempt(claimed.attempt);
    Ok(sqs::send(&extractor.sqs, &extractor.outcomes, &outcome).await?)
}

/// The verdict on a video whose zip of `bytes` bytes was written.
pub(crate) fn ready(bytes: u64, report: ExtractionReport, source: Source) -> Verdict {
    let ExtractionReport { frames, storyboard_images, mut warnings, .. } = report;
    let more = warnings.len().saturating_sub(MAX_WARNINGS);
    if more > 0 {
        warnings.truncate(MAX_WARNINGS);
        let count =
            if more == 1 { "is 1 more warning" } else { &format!("are {more} more warnings") };
        let message = format!("There {count} in the zip's frames.json.");
        warnings.push(Warning { time: None, message });
    }
    Verdict::Ready { result: ZipFacts { bytes, frames, source, storyboard_images }, warnings }
}

/// The verdict on a video whose extraction does not fit into one invocation.
pub(crate) fn out_of_time() -> Verdict {
    Verdict::Failed(Failure::new(
        ErrorCode::TooLong,
        "Extracting these frames takes longer than allowed. Choose fewer frames or a shorter video.",
    ))
}

/// The verdict on a video whose uploaded file was removed or replaced while it was read.
pub(crate) fn source_gone() -> Verdict {
    Verdict::Failed(Failure::new(
        ErrorCode::UploadMismatch,
        "The uploaded file was removed or replaced while its frames were being extracted. Send the \
         video again.",
    ))
}
