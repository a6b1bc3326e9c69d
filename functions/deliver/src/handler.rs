//! A batch of deliveries from SQS.

use crate::{deliverer::Deliverer, delivery};
use aws_lambda_events::{event::sqs::SqsEvent, sqs::SqsBatchResponse};
use framezip_contract::DeliveryMessage;
use lambda_runtime::Error;

/// Handles every delivery of a batch at once and reports those whose message must stay on the queue.
pub(crate) async fn handle(
    deliverer: &Deliverer,
    batch: SqsEvent,
) -> Result<SqsBatchResponse, Error> {
    let handler = async |message: DeliveryMessage, received| {
        delivery::deliver(deliverer, message, received).await
    };
    Ok(deliverer.deliveries.handle(batch, handler).await)
}
