//! Consumes `jobs`: a video's frames → a zip on S3 → a message on `outcomes`.

mod handler;
mod job;
mod source;
mod zip_upload;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    framezip_runtime::init_logging();
    let extractor = handler::Extractor::from_env().await?;
    run(service_fn(|event: LambdaEvent<_>| extractor.handle(event))).await
}
