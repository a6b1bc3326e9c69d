//! Consumes `outcomes`, the jobs' dead-letter queue and the events about mails: writes a video's final status, mails its
//! owner, and hands the event to the deliveries of their webhook.

mod handler;
mod mail;
mod mail_event;
mod notifier;
mod outcome;
mod recipient;
mod reminder;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    framezip_runtime::init_logging();
    let notifier = notifier::Notifier::from_env()?;
    run(service_fn(|event: LambdaEvent<_>| handler::handle(&notifier, event.payload))).await
}
