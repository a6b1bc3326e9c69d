//! Consumes `jobs`: a video's frames → a zip on S3 → a message on `outcomes`.
//!
//! `job` takes a message, `extraction` and `work` do what it asks for, `source` reads, `zip_upload` writes,
//! and `extras` writes what is shown without the zip.
//! What takes long becomes a `run` of several workers, by their `pace`: each leaves one of the `parts`,
//! and the last one does the `join`, by `assembly`.

mod assembly;
mod deleted;
mod extraction;
mod extras;
mod handler;
mod job;
mod join;
mod multipart;
mod pace;
mod parts;
mod run;
#[cfg(test)]
mod s3_requests;
mod source;
mod work;
mod zip_upload;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    framezip_runtime::init_logging();
    let extractor = handler::Extractor::from_env()?;
    run(service_fn(|event: LambdaEvent<_>| extractor.handle(event))).await
}
