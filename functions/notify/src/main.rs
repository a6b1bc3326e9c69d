//! Consumes `outcomes` and the jobs' dead-letter queue: writes a video's final status and mails its owner.

mod handler;
mod mail;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    framezip_runtime::init_logging();
    let notifier = handler::Notifier::from_env()?;
    run(service_fn(|event: LambdaEvent<_>| notifier.handle(event.payload))).await
}
