//! Messages out, one by one; messages in, from one to a batch.
//!
//! Each body is parsed on its own, so that one bad message does not fail its neighbours. A message
//! whose handling failed is reported as failed and comes again after a pause that grows with its
//! receive count, instead of the queue's long visibility timeout, which is there for crashes. A body
//! that does not parse is acknowledged, logged as an error and counted: it would never parse.
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

/// A queue that a function consumes.
#[derive(Clone, Debug)]
pub struct Inbox {
    client: aws_sdk_sqs::Client,
    url: String,
    first_pause: Duration,
    hidden_for: Option<Duration>,
}

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It has no form in JSON.
    #[error("a message has no form in JSON: {0}")]
    Message(#[from] serde_json::Error),
    /// SQS refused, or could not be reached.
    #[error("SQS SendMessage to {queue} failed")]
    Sqs {
        /// The queue's URL.
        queue: String,
        /// What the SDK said.
        source: Box<aws_sdk_sqs::Error>,
    },
}

/// Puts a message on the queue at `queue`, a URL. Needs `sqs:SendMessage` on it.
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

/// What a message's handler may want to know besides the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The message's id, the same in every delivery.
    pub message_id: String,
    /// How often it was delivered, this time included.
    pub receive_count: u32,
}

/// Why a message could not be handled; it will come again.
pub type HandlerError = Box<dyn std::error::Error + Send + Sync>;

/// The longest pause between two deliveries.
const LONGEST_PAUSE: Duration = Duration::from_secs(900);

impl Inbox {
    /// The queue at `url`. A message that failed for the first time comes again after
    /// `first_pause`; after each further failure the pause doubles.
    pub fn new(client: aws_sdk_sqs::Client, url: String, first_pause: Duration) -> Self {
        Self { client, url, first_pause, hidden_for: None }
    }

    /// The same, but a message whose handler crashes comes again after `hidden_for`, and not only after
    /// the queue's own visibility timeout, which must outlast the longest handler there is. A handler that
    /// is at work prolongs it.
    pub fn hiding_for(self, hidden_for: Duration) -> Self {
        Self { hidden_for: Some(hidden_for), ..self }
    }

    /// Whether this is the queue of that ARN. Both end in the queue's name.
    pub fn is(&self, arn: &str) -> bool {
        self.url.rsplit('/').next() == arn.rsplit(':').next()
    }

    /// Handles every message of a batch, all at once, and reports those that failed.
    pub async fn handle<M, F>(&self, batch: SqsEvent, handler: F) -> SqsBatchResponse
    where
        M: DeserializeOwned,
        F: AsyncFn(M, Delivery) -> Result<(), HandlerError>,
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

    /// The id of the message if it must come again.
    async fn handle_one<M, F>(&self, message: &SqsMessage, handler: &F) -> Option<String>
    where
        M: DeserializeOwned,
        F: AsyncFn(M, Delivery) -> Result<(), HandlerError>,
    {
        let delivery = Delivery::of(message);
        let body = match serde_json::from_str(message.body.as_deref().unwrap_or_default()) {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(%error, "dropped a message whose body does not parse");
                metric::count("UnparsableMessages");
                return None;
            }
        };
        let handled = tokio::select! {
            handled = handler(body, delivery.clone()) => handled,
            never = self.keep_hidden(message) => match never {},
        };
        let error = handled.err()?;
        let pause = self.pause(delivery.receive_count);
        tracing::error!(
            // with its sources, which JSON logs leave out of an error value
            error = %DisplayErrorContext(error.as_ref()),
            receive_count = delivery.receive_count,
            pause_s = pause.as_secs(),
            "a message could not be handled and will come again"
        );
        self.hide(message, pause).await;
        Some(delivery.message_id)
    }

    /// Prolongs the message's visibility timeout for as long as it is polled.
    async fn keep_hidden(&self, message: &SqsMessage) -> Infallible {
        let Some(hidden_for) = self.hidden_for else { return std::future::pending().await };
        loop {
            // one that gets no answer must not keep the next one back
            let hiding = tokio::time::timeout(hidden_for / 3, self.hide(message, hidden_for));
            if hiding.await.is_err() {
                tracing::warn!("the message's visibility timeout may not have been prolonged");
            }
            tokio::time::sleep(hidden_for / 3).await;
        }
    }

    fn pause(&self, receive_count: u32) -> Duration {
        let doublings = receive_count.saturating_sub(1).min(16);
        self.first_pause.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
    }

    /// Lets the message come again after so long. Where this fails, it comes again when it would have
    /// before: not lost.
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
            tracing::warn!(%error, "the message's visibility timeout stays as it was");
        }
    }
}

impl Delivery {
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
    async fn one_bad_message_does_not_fail_its_neighbours() {
        let postponed = mock!(Client::change_message_visibility)
            .match_requests(|request| request.visibility_timeout() == Some(20))
            .then_output(|| ChangeMessageVisibilityOutput::builder().build());
        let client = mock_client!(aws_sdk_sqs, [&postponed]);
        let inbox = Inbox::new(client, "http://sqs/1/jobs".to_owned(), Duration::from_secs(10));
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
            inbox
                .handle(batch, async |_: Job, delivery| {
                    if delivery.message_id == "failing" { Err("no".into()) } else { Ok(()) }
                })
                .await;
        let failed: Vec<_> =
            response.batch_item_failures.iter().map(|item| &item.item_identifier).collect();
        assert_eq!(failed, ["failing"]);
        assert_eq!(postponed.num_calls(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_stays_hidden_while_its_handler_is_at_work() {
        let hidden = mock!(Client::change_message_visibility)
            .match_requests(|request| request.visibility_timeout() == Some(1))
            .then_output(|| ChangeMessageVisibilityOutput::builder().build());
        let client = mock_client!(aws_sdk_sqs, RuleMode::MatchAny, [&hidden]);
        let inbox = Inbox::new(client, "http://sqs/1/jobs".to_owned(), Duration::from_secs(10))
            .hiding_for(Duration::from_secs(1));
        let slow = async |_: Job, _| {
            tokio::time::sleep(Duration::from_millis(500)).await;
            Ok(())
        };
        let response = inbox.handle(serde_json::from_str(BATCH).unwrap(), slow).await;
        assert!(response.batch_item_failures.is_empty());
        assert_eq!(hidden.num_calls(), 2);
    }

    #[test]
    fn pauses_double_and_end() {
        let config = aws_sdk_sqs::Config::builder().behavior_version_latest().build();
        let client = Client::from_conf(config);
        let inbox = Inbox::new(client, "http://sqs/1/jobs".to_owned(), Duration::from_secs(10));
        let pauses: Vec<_> = [1, 2, 3, 100].map(|count| inbox.pause(count).as_secs()).into();
        assert_eq!(pauses, [10, 20, 40, 900]);
        assert!(inbox.is("arn:aws:sqs:eu-central-1:1:jobs"));
        assert!(!inbox.is("arn:aws:sqs:eu-central-1:1:jobs-dlq"));
    }
}
