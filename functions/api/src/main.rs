//! The HTTP API: creates videos, issues presigned URLs, reports the status of videos.

mod middleware;
mod openapi;
mod page_files;
mod problem;
mod request;
mod router;
mod routes;
mod state;
mod storage;
#[cfg(test)]
mod tests;

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    framezip_runtime::init_logging();
    let state = state::AppState::from_env()?;
    lambda_http::run(router::router(state)).await
}
