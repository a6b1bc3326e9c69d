//! Consumes `deliveries`: sends events to users' webhooks. No other function calls addresses that users
//! chose.

mod delays;
mod deliverer;
mod delivery;
mod handler;
mod sender;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    framezip_runtime::init_logging();
    let deliverer = deliverer::Deliverer::from_env()?;
    run(service_fn(|event: LambdaEvent<_>| handler::handle(&deliverer, event.payload))).await
}
