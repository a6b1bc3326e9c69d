//! SQS: sending messages, and handling batches of received ones.
//!
//! Each body is parsed on its own, so that one bad message does not fail the batch. If a handler fails, its
//! message is reported as failed and delivered again after a pause that grows with the receive count, instead
//! of after the queue's visibility timeout, which covers crashes. A body that does not parse is acknowledged,
//! logged as an error and counted, since it would never parse. A handler that returns [`Later`] chooses the
//! pause.
//!
//! Needs `sqs:ChangeMessageVisibility` on the queue.

use crate::metric;
use aws_lambda_events::{
    event::sqs::{SqsEvent, SqsMessage},
    sqs::SqsBatchResponse,
};
use aws_sdk_sqs::error::DisplayErrorContext;
use futures_util::future::join_all;
use lambda_runtime::tracing::Instrument;
use serde::{Serialize, de::DeserializeOwned};
use std::{convert::Infallible, time::Duration};

/// A consumer of one queue.
#[derive(Clone, Debug)]
pub struct QueueConsumer {
    client: aws_sdk_sqs::Client,
    url: String,
    first_pause: Duration,
    hidden_for: Option<Duration>,
}

/// The reason why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The message cannot be written as JSON.
    #[error("a message cannot be written as JSON: {0}")]
    Message(#[from] serde_json::Error),
    /// SQS refused the message or could not be reached.
    #[error("SQS SendMessage to {queue} failed")]
    Sqs {
        /// The queue's URL.
        queue: String,
        /// The SDK's error.
        source: Box<aws_sdk_sqs::Error>,
    },
}

/// Sends a message to the queue with the URL `queue`. Needs `sqs:SendMessage` on it.
///
/// # Errors
/// [`SendError`].
pub async fn send(
    client: &aws_sdk_sqs::Client,
    queue: &str,
    message: &impl Serialize,
) -> Result<(), SendError> {
    let body = serde_json::to_string(message)?;
    let sent = client.send_message().queue_url(queue).message_body(body).send().await;
    let failed = |error| SendError::Sqs { queue: queue.to_owned(), source: Box::new(error) };
    sent.map_err(|error| failed(error.into()))?;
    Ok(())
}

/// The facts about a received message besides its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedMessage {
    /// The message's id, the same in every delivery.
    pub message_id: String,
    /// The number of deliveries, this one included.
    pub receive_count: u32,
}

/// The reason why a message could not be handled. It is delivered again.
pub type HandlerError = Box<dyn std::error::Error + Send + Sync>;

/// The error of a handler whose message is to be delivered again after this time, because its work is not due
/// yet. It is no failure. SQS hides a message for at most 12 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message's work is due in {} s", .0.as_secs())]
pub struct Later(pub Duration);

impl Later {
    /// Returns the time in whole seconds, which SQS counts in, so that the message is never early.
    fn pause(self) -> Duration {
        let seconds = self.0.as_secs().saturating_add(u64::from(self.0.subsec_nanos() > 0));
        Duration::from_secs(seconds).min(LONGEST_HIDING)
    }
}

/// The longest pause. SQS hides a message for at most 12 hours from its receipt.
const LONGEST_HIDING: Duration = Duration::from_secs(12 * 60 * 60 - 60);

/// The longest pause after a failure.
const LONGEST_PAUSE: Duration = Duration::from_secs(900);

impl QueueConsumer {
    /// Returns a consumer of the queue with the URL `url`. After its first failure a message is delivered
    /// again after `first_pause`; each further failure doubles the pause.
    pub fn new(client: aws_sdk_sqs::Client, url: String, first_pause: Duration) -> Self {
        Self { client, url, first_pause, hidden_for: None }
    }

    /// Shortens the time after which a message is delivered again if its handler crashes, from the queue's
    /// visibility timeout to `hidden_for`. While a handler runs, the consumer extends it.
    pub fn hiding_for(self, hidden_for: Duration) -> Self {
        Self { hidden_for: Some(hidden_for), ..self }
    }

    /// Handles all messages of a batch at once and reports those that failed.
    pub async fn handle<M, F>(&self, batch: SqsEvent, handler: F) -> SqsBatchResponse
    where
        M: DeserializeOwned,
        F: AsyncFn(M, ReceivedMessage) -> Result<(), HandlerError>,
    {
        let handled = batch.records.iter().map(|message| {
            let id = message.message_id.clone().unwrap_or_default();
            let span = tracing::info_span!("message", message.id = id);
            self.handle_one(message, &handler).instrument(span)
        });
        let mut response = SqsBatchResponse::default();
        for failed in join_all(handled).await.into_iter().flatten() {
            response.add_failure(failed);
        }
        response
    }

    /// Handles one message. Returns its id if it must be delivered again.
    async fn handle_one<M, F>(&self, message: &SqsMessage, handler: &F) -> Option<String>
    where
        M: DeserializeOwned,
        F: AsyncFn(M, ReceivedMessage) -> Result<(), HandlerError>,
    {
        let delivery = ReceivedMessage::of(message);
        let body = match serde_json::from_str(message.body.as_deref().unwrap_or_default()) {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(%error, "dropped a message whose body does not parse");
                metric::count("UnparsableMessages");
                return None;
            }
        };
        if let Some(hidden_for) = self.hidden_for {
            // first of all: a crash between the handler's first step and this call would hide the message for the
            // queue's whole visibility timeout
            self.extend(message, hidden_for).await;
        }
        let handled = tokio::select! {
            handled = handler(body, delivery.clone()) => handled,
            never = self.keep_hidden(message) => match never {},
        };
        let error = handled.err()?;
        if let Some(later) = error.downcast_ref::<Later>() {
            let pause = later.pause();
            tracing::info!(
                pause_s = pause.as_secs(),
                "a message will be delivered again when its work is due"
            );
            self.hide(message, pause).await;
            return Some(delivery.message_id);
        }
        let pause = self.pause(delivery.receive_count);
        tracing::error!(
            // with its sources, which JSON logs omit from an error value
            error = %DisplayErrorContext(error.as_ref()),
            receive_count = delivery.receive_count,
            pause_s = pause.as_secs(),
            "a message could not be handled and will be delivered again"
        );
        self.hide(message, pause).await;
        Some(delivery.message_id)
    }

    /// Extends the message's visibility timeout while it is polled.
    async fn keep_hidden(&self, message: &SqsMessage) -> Infallible {
        let Some(hidden_for) = self.hidden_for else { return std::future::pending().await };
        loop {
            tokio::time::sleep(hidden_for / 3).await;
            self.extend(message, hidden_for).await;
        }
    }

    /// Extends the message's visibility timeout once. A call without an answer is given up after a third of it.
    async fn extend(&self, message: &SqsMessage, hidden_for: Duration) {
        let hiding = tokio::time::timeout(hidden_for / 3, self.hide(message, hidden_for));
        if hiding.await.is_err() {
            tracing::warn!("the message's visibility timeout may not have been extended");
        }
    }

    fn pause(&self, receive_count: u32) -> Duration {
        let doublings = receive_count.saturating_sub(1).min(16);
        self.first_pause.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
    }

    /// Sets the pause before the next delivery. If this fails, the message is delivered again at the time set
    /// before, so it is not lost.
    async fn hide(&self, message: &SqsMessage, pause: Duration) {
        let changed = self
            .client
            .change_message_visibility()
            .queue_url(&self.url)
            .set_receipt_handle(message.receipt_handle.clone())
            .visibility_timeout(pause.as_secs() as i32)
            .send()
            .await;
        if let Err(error) = changed {
            let error = aws_sdk_sqs::Error::from(error);
            tracing::warn!(%error, "the message's visibility timeout was not changed");
        }
    }
}

impl ReceivedMessage {
    fn of(message: &SqsMessage) -> Self {
        let count = message.attributes.get("ApproximateReceiveCount");
        Self {
            message_id: message.message_id.clone().unwrap_or_default(),
            receive_count: count.and_then(|count| count.parse().ok()).unwrap_or(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_sqs::{
        Client, operation::change_message_visibility::ChangeMessageVisibilityOutput,
    };
    use aws_smithy_mocks::{RuleMode, mock, mock_client};
    use framezip_contract::Job;

    const BATCH: &str = include_str!("../../../events/extract.json");

    #[tokio::test]
    async fn one_bad_message_does_not_fail_the_batch() {
        let postponed = mock!(Client::change_message_visibility)
            .match_requests(|request| request.visibility_timeout() == Some(20))
            .then_output(|| ChangeMessageVisibilityOutput::builder().build());
        let client = mock_client!(aws_sdk_sqs, [&postponed]);
        let consumer =
            QueueConsumer::new(client, "http://sqs/1/jobs".to_owned(), Duration::from_secs(10));
        let mut batch: SqsEvent = serde_json::from_str(BATCH).unwrap();
        let mut add = |id: &str, body: Option<&str>, count: &str| {
            let mut message = batch.records[0].clone();
            message.message_id = Some(id.to_owned());
            message.body = body.map_or(message.body, |body| Some(body.to_owned()));
            message.attributes.insert("ApproximateReceiveCount".to_owned(), count.to_owned());
            batch.records.push(message);
        };
        add("bad", Some("nonsense"), "1");
        add("failing", None, "2");
        let response =
            consumer
                .handle(batch, async |_: Job, delivery| {
                    if delivery.message_id == "failing" { Err("no".into()) } else { Ok(()) }
                })
                .await;
        let failed: Vec<_> =
            response.batch_item_failures.iter().map(|item| &item.item_identifier).collect();
        assert_eq!(failed, ["failing"]);
        assert_eq!(postponed.num_calls(), 1);
    }

    #[tokio::test]
    async fn a_message_that_is_not_due_is_hidden_until_it_is() {
        let hidden = mock!(Client::change_message_visibility)
            .match_requests(|request| request.visibility_timeout() == Some(36_000))
            .then_output(|| ChangeMessageVisibilityOutput::builder().build());
        let client = mock_client!(aws_sdk_sqs, [&hidden]);
        let consumer =
            QueueConsumer::new(client, "http://sqs/1/jobs".to_owned(), Duration::from_secs(10));
        let batch = serde_json::from_str(BATCH).unwrap();
        let wait = Duration::from_millis(35_999_001);
        let response = consumer.handle(batch, async |_: Job, _| Err(Later(wait).into())).await;
        assert_eq!((response.batch_item_failures.len(), hidden.num_calls()), (1, 1));
        let pauses = [0, 1000, 1001].map(|millis| Later(Duration::from_millis(millis)).pause());
        assert_eq!(pauses.map(|pause| pause.as_secs()), [0, 1, 2]);
        assert_eq!(Later(Duration::MAX).pause(), LONGEST_HIDING);
    }

    #[tokio::test]
    async fn a_handler_starts_after_the_visibility_timeout_is_set() {
        let hidden = mock!(Client::change_message_visibility)
            .then_output(|| ChangeMessageVisibilityOutput::builder().build());
        let client = mock_client!(aws_sdk_sqs, RuleMode::MatchAny, [&hidden]);
        let consumer =
            QueueConsumer::new(client, "http://sqs/1/jobs".to_owned(), Duration::from_secs(10))
                .hiding_for(Duration::from_secs(60));
        let handler = async |_: Job, _| {
            assert_eq!(hidden.num_calls(), 1);
            Ok(())
        };
        let response = consumer.handle(serde_json::from_str(BATCH).unwrap(), handler).await;
        assert!(response.batch_item_failures.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_stays_hidden_while_its_handler_runs() {
        let hidden = mock!(Client::change_message_visibility)
            .match_requests(|request| request.visibility_timeout() == Some(1))
            .then_output(|| ChangeMessageVisibilityOutput::builder().build());
        let client = mock_client!(aws_sdk_sqs, RuleMode::MatchAny, [&hidden]);
        let consumer =
            QueueConsumer::new(client, "http://sqs/1/jobs".to_owned(), Duration::from_secs(10))
                .hiding_for(Duration::from_secs(1));
        let slow = async |_: Job, _| {
            tokio::time::sleep(Duration::from_millis(500)).await;
            Ok(())
        };
        let response = consumer.handle(serde_json::from_str(BATCH).unwrap(), slow).await;
        assert!(response.batch_item_failures.is_empty());
        assert_eq!(hidden.num_calls(), 2);
    }

    #[test]
    fn pauses_double_up_to_a_limit() {
        let config = aws_sdk_sqs::Config::builder().behavior_version_latest().build();
        let client = Client::from_conf(config);
        let consumer =
            QueueConsumer::new(client, "http://sqs/1/jobs".to_owned(), Duration::from_secs(10));
        let pauses: Vec<_> = [1, 2, 3, 100].map(|count| consumer.pause(count).as_secs()).into();
        assert_eq!(pauses, [10, 20, 40, 900]);
    }
}
