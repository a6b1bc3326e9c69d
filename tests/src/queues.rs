//! The stack's queues, as its owner sees them.

use crate::{Stack, until};
use anyhow::{Context, Result};
use framezip_contract::{Attempt, ErrorCode, Failure, Job, Outcome, UserId, Verdict, VideoId};
use reqwest::Url;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

/// The longest time until messages are handled. A job whose worker was killed comes again after ten seconds.
const LONGEST: Duration = Duration::from_secs(120);

/// A queue of the stack.
#[derive(Clone, Copy, Debug)]
pub enum Queue {
    /// Jobs for `extract`.
    Jobs,
    /// Outcomes, jobs that were given up, bounces and complaints, for `notify`.
    Outcomes,
    /// Deliveries for `deliver`.
    Deliveries,
    /// S3's events that `enqueue` failed to handle.
    FailedEvents,
    /// Outcomes that were given up.
    DeadOutcomes,
    /// Deliveries that were given up.
    DeadDeliveries,
}

/// A message on a queue, waiting or in flight.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Message {
    #[serde(rename = "MessageId")]
    id: String,
    body: String,
    /// Whether it waits for a consumer. If not, a consumer has it or has lost it.
    pub is_visible: bool,
    /// The time at which it becomes visible, in seconds since 1970.
    visible_at: u64,
    /// The number of times that it was received.
    pub receive_count: u32,
}

/// The stack's answer: messages by queue, region and account.
#[derive(Deserialize)]
struct Peeked {
    messages: BTreeMap<String, BTreeMap<String, BTreeMap<String, Vec<Message>>>>,
}

impl Message {
    /// Whether its body contains a text.
    pub fn contains(&self, text: &str) -> bool {
        self.body.contains(text)
    }

    /// Returns its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns its body.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Whether it is a delivery that waits for its next attempt, or one that is being made.
    fn is_hidden_delivery(&self) -> bool {
        !self.is_visible && self.contains(r#""type":"delivery""#)
    }

    /// Returns how long it stays hidden from consumers.
    pub fn hidden_for(&self) -> Duration {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        Duration::from_secs(self.visible_at).saturating_sub(now)
    }
}

impl Stack {
    pub(crate) fn queue_url(&self, queue: Queue) -> String {
        let outputs = &self.outputs;
        match queue {
            Queue::Jobs => outputs.jobs_queue_url.clone(),
            Queue::Outcomes => outputs.outcomes_queue_url.clone(),
            Queue::Deliveries => outputs.deliveries_queue_url.clone(),
            Queue::FailedEvents => {
                format!("{}events-dlq", outputs.jobs_queue_url.trim_end_matches("jobs"))
            }
            Queue::DeadOutcomes => format!("{}-dlq", outputs.outcomes_queue_url),
            Queue::DeadDeliveries => format!("{}-dlq", outputs.deliveries_queue_url),
        }
    }

    /// Returns the ARN of a queue.
    pub fn queue_arn(&self, queue: Queue) -> String {
        let url = self.queue_url(queue);
        let name = url.rsplit('/').next().unwrap_or_default();
        format!("arn:aws:sqs:{}:000000000000:{name}", crate::stack::REGION)
    }

    /// Sends a message.
    ///
    /// # Errors
    /// If SQS refuses it.
    pub async fn enqueue(&self, queue: Queue, message: &impl Serialize) -> Result<()> {
        self.enqueue_text(queue, &serde_json::to_string(message)?).await
    }

    /// Sends any text as a message's body.
    ///
    /// # Errors
    /// If SQS refuses it.
    pub async fn enqueue_text(&self, queue: Queue, body: &str) -> Result<()> {
        let sqs = aws_sdk_sqs::Client::new(&self.sdk().await);
        sqs.send_message().queue_url(self.queue_url(queue)).message_body(body).send().await?;
        Ok(())
    }

    /// Sends every message of an attempt that may arrive late: its job, that job given up, and a failure.
    ///
    /// # Errors
    /// If SQS refuses one.
    pub async fn enqueue_late(&self, owner: &UserId, id: VideoId, attempt: Attempt) -> Result<()> {
        let job = Job::new(owner.clone(), id).of_attempt(attempt);
        self.enqueue(Queue::Jobs, &job).await?;
        self.enqueue(Queue::Outcomes, &job).await?;
        let failed = Verdict::Failed(Failure::new(ErrorCode::Internal, "late"));
        let outcome = Outcome::new(owner.clone(), id, failed).of_attempt(attempt);
        self.enqueue(Queue::Outcomes, &outcome).await
    }

    /// Returns every message of a queue, waiting or in flight, without receiving it.
    ///
    /// # Errors
    /// If the stack does not answer.
    pub async fn messages(&self, queue: Queue) -> Result<Vec<Message>> {
        let url = format!("{}/_ministack/sqs/messages", self.endpoint);
        let url = Url::parse_with_params(&url, [("QueueUrl", self.queue_url(queue))])?;
        let peeked: Peeked = reqwest::get(url).await?.error_for_status()?.json().await?;
        let queues = peeked.messages.into_values().flat_map(BTreeMap::into_values);
        Ok(queues.flat_map(BTreeMap::into_values).flatten().collect())
    }

    /// Waits until no queue has a message that contains `text`, such as a video's id: nothing that was
    /// sent about it is still to come. A consumer's effects come before its message goes.
    ///
    /// # Errors
    /// If a message stays.
    pub async fn until_handled(&self, text: &str) -> Result<()> {
        self.until_no_message(|message| message.contains(text)).await
    }

    /// Waits until no queue has any message but deliveries that wait for their next attempt, which may be hours later.
    ///
    /// # Errors
    /// If a message stays.
    pub async fn until_idle(&self) -> Result<()> {
        self.until_no_message(|message| !message.is_hidden_delivery()).await
    }

    async fn until_no_message(&self, is_meant: impl Fn(&Message) -> bool) -> Result<()> {
        let mut left = Vec::new();
        let emptied = until("the last message was handled", LONGEST, async || {
            left.clear();
            // In the order in which one message leads to the next: while one queue is looked at, a message
            // can only move to a queue that is looked at later.
            for queue in [Queue::Jobs, Queue::Outcomes, Queue::Deliveries] {
                let messages = self.messages(queue).await?.into_iter();
                left.extend(messages.filter(&is_meant).map(|message| (queue, message)));
            }
            Ok(left.is_empty().then_some(()))
        });
        let emptied = emptied.await;
        emptied.with_context(|| format!("messages that stay: {left:#?}"))
    }
}
