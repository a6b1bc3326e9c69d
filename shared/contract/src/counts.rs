//! The counters that the functions add to and `GET /metrics` reports.

use crate::{DeliveryAttempt, ErrorCode, Status, Video};
use jiff::Timestamp;
use std::time::Duration;

/// A number that only grows. Times are whole milliseconds instead of fractions of seconds, so that sums are
/// exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counter {
    /// Records created.
    VideosCreated,
    /// Uploads that arrived and were queued.
    VideosQueued,
    /// Zips stored.
    VideosReady,
    /// Videos that failed, by reason.
    VideosFailed(ErrorCode),
    /// Frames in those zips.
    Frames,
    /// Bytes of the videos that the zips were made from.
    SourceBytes,
    /// The duration of those videos, as far as it is known.
    SourceMillis,
    /// Bytes of the zips.
    ZipBytes,
    /// Extractions that took no longer than this bound, but longer than the one before it.
    Extractions(ExtractionBound),
    /// The time that all extractions took.
    ExtractionMillis,
    /// Mails about an outcome that were handed to SES.
    EmailsSent,
    /// Attempts to hand over a mail that failed.
    EmailsFailed,
    /// Events that a webhook answered with 2xx.
    WebhooksDelivered,
    /// Attempts to deliver an event that failed.
    WebhooksFailed,
}

/// The upper end of a range of extraction times, in seconds. The last range has none.
pub type ExtractionBound = Option<u32>;

/// The ranges that extractions are counted in, from the time for a short clip to that of several workers
/// for a long video.
pub const EXTRACTION_BOUNDS: [ExtractionBound; 12] = [
    Some(1),
    Some(2),
    Some(5),
    Some(10),
    Some(30),
    Some(60),
    Some(120),
    Some(300),
    Some(600),
    Some(1800),
    Some(3600),
    None,
];

impl Counter {
    /// Returns the name under which it is stored.
    pub fn name(self) -> String {
        match self {
            Self::VideosCreated => "videos_created".to_owned(),
            Self::VideosQueued => "videos_queued".to_owned(),
            Self::VideosReady => "videos_ready".to_owned(),
            Self::VideosFailed(code) => format!("videos_failed_{code}"),
            Self::Frames => "frames".to_owned(),
            Self::SourceBytes => "source_bytes".to_owned(),
            Self::SourceMillis => "source_ms".to_owned(),
            Self::ZipBytes => "zip_bytes".to_owned(),
            Self::Extractions(Some(seconds)) => format!("extractions_within_{seconds}_s"),
            Self::Extractions(None) => "extractions_longer".to_owned(),
            Self::ExtractionMillis => "extraction_ms".to_owned(),
            Self::EmailsSent => "emails_sent".to_owned(),
            Self::EmailsFailed => "emails_failed".to_owned(),
            Self::WebhooksDelivered => "webhooks_delivered".to_owned(),
            Self::WebhooksFailed => "webhooks_failed".to_owned(),
        }
    }
}

/// The additions to some counters after one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts(Vec<(Counter, u64)>);

impl Counts {
    /// Counts created videos.
    pub fn created(videos: u64) -> Self {
        Self(vec![(Counter::VideosCreated, videos)])
    }

    /// Counts a queued video.
    pub fn queued() -> Self {
        Self(vec![(Counter::VideosQueued, 1)])
    }

    /// Counts a video that has just become `ready` or `failed`; nothing in any other status. `started_at` is
    /// the time at which the first worker claimed it.
    pub fn finished(video: &Video, started_at: Option<Timestamp>) -> Self {
        match (video.status, &video.result, &video.error) {
            (Status::Ready, Some(result), _) => {
                let length = Duration::try_from_secs_f64(result.source.duration.unwrap_or(0.0));
                let mut counts = vec![
                    (Counter::VideosReady, 1),
                    (Counter::Frames, result.frames.into()),
                    (Counter::SourceBytes, video.bytes),
                    (Counter::SourceMillis, millis(length.unwrap_or_default())),
                    (Counter::ZipBytes, result.bytes),
                ];
                let took = started_at.map(|start| video.updated_at.duration_since(start));
                if let Some(Ok(took)) = took.map(Duration::try_from) {
                    counts.extend([
                        (Counter::Extractions(bound(took)), 1),
                        (Counter::ExtractionMillis, millis(took)),
                    ]);
                }
                Self(counts)
            }
            (Status::Failed, _, Some(error)) => Self(vec![(Counter::VideosFailed(error.code), 1)]),
            _ => Self(Vec::new()),
        }
    }

    /// Counts a mail about an outcome that was handed over.
    pub fn email_sent() -> Self {
        Self(vec![(Counter::EmailsSent, 1)])
    }

    /// Counts a mail that was refused.
    pub fn email_failed() -> Self {
        Self(vec![(Counter::EmailsFailed, 1)])
    }

    /// Counts an attempt to deliver an event to a webhook.
    pub fn webhook(attempt: &DeliveryAttempt) -> Self {
        let is_success = attempt.is_success();
        let counter = if is_success { Counter::WebhooksDelivered } else { Counter::WebhooksFailed };
        Self(vec![(counter, 1)])
    }

    /// Iterates over the counters and what to add to each.
    pub fn iter(&self) -> impl Iterator<Item = (Counter, u64)> {
        self.0.iter().copied().filter(|(_, count)| *count > 0)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn bound(took: Duration) -> ExtractionBound {
    let within = |seconds| took <= Duration::from_secs(u64::from(seconds));
    EXTRACTION_BOUNDS.into_iter().flatten().find(|seconds| within(*seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::video;
    use jiff::SignedDuration;

    fn list(counts: &Counts) -> Vec<(Counter, u64)> {
        counts.iter().collect()
    }

    #[test]
    fn a_ready_video_counts_with_all_its_facts() {
        let video = video(Status::Ready);
        let started = video.updated_at - SignedDuration::from_millis(2001);
        let facts = [
            (Counter::VideosReady, 1),
            (Counter::Frames, 3),
            (Counter::SourceBytes, 1000),
            (Counter::SourceMillis, 6000),
            (Counter::ZipBytes, 50),
        ];
        let times = [(Counter::Extractions(Some(5)), 1), (Counter::ExtractionMillis, 2001)];
        assert_eq!(list(&Counts::finished(&video, None)), facts);
        assert_eq!(list(&Counts::finished(&video, Some(started))), [&facts[..], &times].concat());
    }

    #[test]
    fn a_failed_video_counts_by_its_code() {
        let counts = Counts::finished(&video(Status::Failed), None);
        assert_eq!(list(&counts), [(Counter::VideosFailed(ErrorCode::Internal), 1)]);
        assert_eq!(list(&Counts::finished(&video(Status::Processing), None)), []);
    }

    #[test]
    fn a_bound_is_within_its_range() {
        for (millis, expected) in [
            (0, Some(1)),
            (1000, Some(1)),
            (1001, Some(2)),
            (3_600_000, Some(3600)),
            (3_600_001, None),
        ] {
            assert_eq!(bound(Duration::from_millis(millis)), expected, "{millis}");
        }
    }

    #[test]
    fn only_success_is_a_delivery() {
        let count = |status| {
            let at = Timestamp::UNIX_EPOCH;
            list(&Counts::webhook(&DeliveryAttempt { at, status, error: None, duration_ms: 0 }))
        };
        assert_eq!(count(Some(204)), [(Counter::WebhooksDelivered, 1)]);
        for failed in [None, Some(302), Some(500)] {
            assert_eq!(count(failed), [(Counter::WebhooksFailed, 1)]);
        }
    }
}
