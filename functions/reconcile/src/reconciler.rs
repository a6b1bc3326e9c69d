//! The function's clients and settings, built once.

use framezip_runtime::{
    intake::Intake,
    settings::{self, SettingError},
    upload_events::UploadEvents,
};
use framezip_store::Videos;

/// The clients and settings of the function.
pub(crate) struct Reconciler {
    pub(crate) videos: Videos,
    pub(crate) intake: Intake,
    pub(crate) upload_events: UploadEvents,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    /// The bucket of uploaded videos.
    pub(crate) uploads: String,
    /// The URLs of the queues.
    pub(crate) jobs: String,
    pub(crate) outcomes: String,
    pub(crate) deliveries: String,
    /// The URL of the dead-letter queue of S3's events.
    pub(crate) failed_events: String,
}

impl Reconciler {
    /// Reads the settings from the environment and builds the clients.
    ///
    /// # Errors
    /// Names the variable that is missing or invalid.
    pub(crate) fn from_env() -> Result<Self, SettingError> {
        let config = framezip_runtime::sdk_config()?;
        let sqs = aws_sdk_sqs::Client::new(&config);
        let videos = Videos::new(aws_sdk_dynamodb::Client::new(&config), settings::table_name()?);
        let (jobs, outcomes) = (settings::jobs_queue_url()?, settings::outcomes_queue_url()?);
        let (s3, uploads) = (aws_sdk_s3::Client::new(&config), settings::uploads_bucket()?);
        let intake = Intake::new(videos.clone(), sqs.clone(), jobs.clone(), outcomes.clone());
        Ok(Self {
            upload_events: UploadEvents::new(
                videos.clone(),
                intake.clone(),
                s3.clone(),
                uploads.clone(),
            ),
            intake,
            videos,
            s3,
            sqs,
            uploads,
            jobs,
            outcomes,
            deliveries: settings::deliveries_queue_url()?,
            failed_events: settings::events_dlq_url()?,
        })
    }
}
