//! Consumes `jobs`: extracts a video's frames, writes their zip to S3 and sends the outcome to `outcomes`.
//!
//! Calls go down this list only:
//!
//! 1. `handler`: a batch of messages
//! 2. `job`: one message: claims the video and decides what to do
//! 3. `fan_out`: several invocations at one video, one segment each
//! 4. `worker`: one invocation's share: a decoding thread, uploads and progress
//! 5. `decode_thread`: a video's bytes in, a zip's bytes out
//! 6. `throughput`, `progress`, `outcome`, `cleanup`: how fast, how far, with what result, and what to remove
//! 7. `s3`: reads the video, writes the zip

mod claimed_video;
mod cleanup;
mod decode_thread;
mod extractor;
mod fan_out;
mod handler;
mod job;
mod outcome;
mod progress;
mod s3;
mod throughput;
mod worker;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    framezip_runtime::init_logging();
    let extractor = extractor::Extractor::from_env()?;
    run(service_fn(|event: LambdaEvent<_>| handler::handle(&extractor, event))).await
}
