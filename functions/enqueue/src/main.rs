//! Triggered by S3, and by its own dead-letter queue: sends a message to `jobs` for each uploaded video.

mod handler;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    framezip_runtime::init_logging();
    let enqueuer = handler::Enqueuer::from_env()?;
    run(service_fn(|event: LambdaEvent<_>| enqueuer.handle(event.payload))).await
}
