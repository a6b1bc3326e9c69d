//! The HTTP API: creates videos, hands out presigned URLs, tells where videos stand.

mod app;
mod body;
mod call_key;
mod create;
mod cursor;
mod docs;
mod document;
mod errors;
mod exposition;
mod fields;
mod head;
mod jobs;
mod lifecycle;
mod links;
mod metrics;
mod objects;
mod openapi;
mod options;
mod parameters;
mod problem;
mod request;
#[cfg(test)]
mod tests;
mod unfinished;
mod upload_routes;
mod uploads;
mod user;
mod videos;
mod webhook;

use lambda_http::Error;

#[tokio::main]
async fn main() -> Result<(), Error> {
    framezip_runtime::init_logging();
    let state = app::State::from_env()?;
    lambda_http::run(app::app(state)).await
}
