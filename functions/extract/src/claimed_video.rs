//! A video that this invocation has the right to work on.

use framezip_contract::{Attempt, ObjectKey, Video};
use framezip_store::{Lease, Record};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32},
    },
    time::Instant,
};

/// A video under the claim of one message, or of one message's segment.
pub(crate) struct ClaimedVideo<'a> {
    pub(crate) video: &'a Video,
    /// The attempt at the video. All of a fan-out's workers are on the same one.
    pub(crate) attempt: Attempt,
    /// The lease of the message. A job that resumes a fan-out holds it in the name of the message that began it.
    pub(crate) lease: Lease,
    /// The id of the video's fan-out; `None` if a single worker does the video.
    pub(crate) fan_out: Option<String>,
    /// The time at which the decoding thread must stop.
    pub(crate) deadline: Instant,
    /// Set once the video is no longer this worker's: its owner deleted or retried it, it failed, or
    /// another message claimed it.
    pub(crate) cancelled: Arc<AtomicBool>,
    /// The number of this worker's targets that the record counts as done.
    pub(crate) recorded_targets: AtomicU32,
}

impl<'a> ClaimedVideo<'a> {
    pub(crate) fn new(record: &'a Record, lease: Lease, deadline: Instant) -> Self {
        Self {
            video: &record.video,
            attempt: record.attempt,
            lease,
            fan_out: record.fan_out.clone(),
            deadline,
            cancelled: Arc::default(),
            recorded_targets: AtomicU32::new(0),
        }
    }

    /// The key of the video's zip.
    pub(crate) fn zip_key(&self) -> String {
        ObjectKey::zip(&self.video.owner, self.video.id, self.attempt)
    }

    /// The prefix of the keys of poster, contact sheet and storyboard.
    pub(crate) fn results_prefix(&self) -> String {
        ObjectKey::results_prefix(&self.video.owner, self.video.id, self.attempt)
    }
}
