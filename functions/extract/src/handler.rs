//! A batch of jobs from SQS.

use crate::{extractor::Extractor, job};
use aws_lambda_events::{event::sqs::SqsEvent, sqs::SqsBatchResponse};
use framezip_contract::Job;
use lambda_runtime::{Error, LambdaEvent};

/// Handles every job of a batch and reports those that failed.
pub(crate) async fn handle(
    extractor: &Extractor,
    event: LambdaEvent<SqsEvent>,
) -> Result<SqsBatchResponse, Error> {
    let deadline = event.context.deadline();
    let handler = async |job: Job, delivery| job::handle(extractor, job, delivery, deadline).await;
    Ok(extractor.consumer.handle(event.payload, handler).await)
}
