//! Runs on a schedule: finds what got lost, and sends it again or ends it with a reason.

mod decision;
mod failed_events;
mod handler;
mod reconciler;
mod repair;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    framezip_runtime::init_logging();
    let reconciler = reconciler::Reconciler::from_env()?;
    run(service_fn(|event: LambdaEvent<Value>| handler::run(&reconciler, event.context.deadline())))
        .await
}
