//! Triggered by S3: sends a message to `jobs` for each uploaded video.

use aws_lambda_events::event::s3::S3Event;
use framezip_runtime::{
    intake::Intake,
    settings::{self, SettingError},
    upload_events::UploadEvents,
};
use framezip_store::Videos;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    framezip_runtime::init_logging();
    let events = events_from_env()?;
    let events = &events;
    run(service_fn(|event: LambdaEvent<S3Event>| async move {
        events.handle(event.payload).await.map_err(Error::from)
    }))
    .await
}

/// Reads the settings from the environment and builds the clients.
///
/// # Errors
/// Names the variable that is missing or invalid.
fn events_from_env() -> Result<UploadEvents, SettingError> {
    let config = framezip_runtime::sdk_config()?;
    let sqs = aws_sdk_sqs::Client::new(&config);
    let videos = Videos::new(aws_sdk_dynamodb::Client::new(&config), settings::table_name()?);
    let (jobs, outcomes) = (settings::jobs_queue_url()?, settings::outcomes_queue_url()?);
    let intake = Intake::new(videos.clone(), sqs, jobs, outcomes);
    let s3 = aws_sdk_s3::Client::new(&config);
    Ok(UploadEvents::new(videos, intake, s3, settings::uploads_bucket()?))
}
