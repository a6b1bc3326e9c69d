//! A batch of messages from one of the three queues.

use crate::{mail_event, notifier::Notifier, outcome, reminder};
use aws_lambda_events::{event::sqs::SqsEvent, sqs::SqsBatchResponse};
use framezip_contract::{Job, OutcomeMessage};
use framezip_runtime::sqs::QueueConsumer;
use lambda_runtime::Error;

/// Handles a batch from any of the queues. Lambda never mixes two queues in one batch.
pub(crate) async fn handle(
    notifier: &Notifier,
    batch: SqsEvent,
) -> Result<SqsBatchResponse, Error> {
    let arn = batch.records.first().and_then(|record| record.event_source_arn.clone());
    let is_from = |queue: &QueueConsumer| arn.as_deref().is_some_and(|arn| queue.is(arn));
    if is_from(&notifier.dead_jobs) {
        let handler = async |job: Job, _| outcome::fail_job(notifier, job).await;
        return Ok(notifier.dead_jobs.handle(batch, handler).await);
    }
    if is_from(&notifier.mail_events) {
        let handler = async |event, _| mail_event::handle(notifier, event).await;
        return Ok(notifier.mail_events.handle(batch, handler).await);
    }
    let handler = async |message, _| match message {
        OutcomeMessage::Outcome(outcome) => outcome::finish(notifier, outcome).await,
        OutcomeMessage::Reminder(reminder) => reminder::send(notifier, reminder).await,
    };
    Ok(notifier.outcomes.handle(batch, handler).await)
}

#[cfg(test)]
mod tests;
