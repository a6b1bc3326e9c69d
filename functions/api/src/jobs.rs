//! Jobs for `extract`.
//!
//! Needs `sqs:SendMessage` on the queue.

use anyhow::Context;
use aws_sdk_sqs::Client;
use framezip_contract::Job;

/// The queue of videos to extract.
pub(crate) struct Jobs {
    sqs: Client,
    queue: String,
}

impl Jobs {
    pub(crate) fn new(sqs: Client, queue: String) -> Self {
        Self { sqs, queue }
    }

    pub(crate) async fn send(&self, job: &Job) -> anyhow::Result<()> {
        let body = serde_json::to_string(job)?;
        let sent = self.sqs.send_message().queue_url(&self.queue).message_body(body).send().await;
        sent.map_err(aws_sdk_sqs::Error::from)
            .with_context(|| format!("SQS SendMessage to {} failed", self.queue))?;
        Ok(())
    }
}
