//! Consumes `outcomes`: writes a video's final status, mails its owner, and sends the delivery of the event to their
//! webhook. Jobs that were given up, and bounces and complaints about mails, are on the same queue.

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
    let notifier = &notifier;
    run(service_fn(|event: LambdaEvent<_>| async move {
        Ok::<_, Error>(handler::handle(notifier, event.payload).await)
    }))
    .await
}
