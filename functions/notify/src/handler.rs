//! A batch of messages from `outcomes`.

use crate::{
    mail_event::{self, MailEvent},
    notifier::Notifier,
    outcome, reminder,
};
use aws_lambda_events::{event::sqs::SqsEvent, sqs::SqsBatchResponse};
use framezip_contract::{Job, Outcome, Reminder};
use serde::Deserialize;

/// A message on `outcomes`. No message has two of these forms: those of framezip have a `type`, and SES's have none.
#[derive(Deserialize)]
#[serde(untagged)]
enum Message {
    /// The end of an attempt.
    Outcome(Outcome),
    /// A mail to send.
    Reminder(Reminder),
    /// A job that was given up. SQS moves it here after its last receive.
    FailedJob(Job),
    /// A bounce or a complaint, from SES through its topic.
    MailEvent(MailEvent),
}

/// Handles a batch. Returns the failed messages.
pub(crate) async fn handle(notifier: &Notifier, batch: SqsEvent) -> SqsBatchResponse {
    let handler = async |message, received| match message {
        Message::Outcome(outcome) => outcome::finish(notifier, outcome).await,
        Message::Reminder(reminder) => reminder::send(notifier, reminder).await,
        Message::FailedJob(job) => outcome::fail_job(notifier, job, received).await,
        Message::MailEvent(event) => mail_event::handle(notifier, event).await,
    };
    notifier.outcomes.handle(batch, handler).await
}

#[cfg(test)]
mod tests;
