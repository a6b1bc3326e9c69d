//! Jobs for `extract`.
//!
//! Needs `sqs:SendMessage` on the queue.

use aws_sdk_sqs::Client;
use framezip_contract::Job;
use framezip_runtime::sqs::{self, SendError};

/// The queue of videos to extract.
pub(crate) struct Jobs {
    sqs: Client,
    queue: String,
}

impl Jobs {
    pub(crate) fn new(sqs: Client, queue: String) -> Self {
        Self { sqs, queue }
    }

    pub(crate) async fn send(&self, job: &Job) -> Result<(), SendError> {
        sqs::send(&self.sqs, &self.queue, job).await
    }
}
