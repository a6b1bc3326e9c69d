//! The clients and settings that the routes share.

use crate::storage::{Links, Objects, UploadBucket};
use axum::extract::State;
use framezip_contract::{Limits, WebConfig};
use framezip_runtime::{
    intake::Intake,
    settings::{self, SettingError},
    webhook::Reach,
};
use framezip_store::Videos;
use jiff::SignedDuration;
use std::sync::Arc;

/// The state as a handler takes it.
pub(crate) type SharedState = State<Arc<AppState>>;

/// The clients and settings that the routes use.
pub(crate) struct AppState {
    pub(crate) videos: Videos,
    pub(crate) uploads: UploadBucket,
    pub(crate) links: Links,
    pub(crate) objects: Objects,
    pub(crate) intake: Intake,
    /// Needs `sqs:SendMessage` on the queues of jobs, outcomes and deliveries.
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) jobs_queue_url: String,
    pub(crate) deliveries_queue_url: String,
    /// The addresses that webhooks may have.
    pub(crate) webhook_reach: Reach,
    pub(crate) limits: Limits,
    pub(crate) max_unfinished_videos: u32,
    /// The lifetime of a video.
    pub(crate) retention: SignedDuration,
    pub(crate) config: WebConfig,
}

impl AppState {
    /// Reads the settings from the environment and makes the clients.
    ///
    /// # Errors
    /// Names the variable that is missing or invalid.
    pub(crate) fn from_env() -> Result<Self, SettingError> {
        let sdk = framezip_runtime::sdk_config()?;
        let region = settings::region()?;
        let cognito = format!("https://cognito-idp.{region}.amazonaws.com/");
        let (uploads, results) = (settings::uploads_bucket()?, settings::results_bucket()?);
        let (s3, sqs) = (aws_sdk_s3::Client::new(&sdk), aws_sdk_sqs::Client::new(&sdk));
        let videos = Videos::new(aws_sdk_dynamodb::Client::new(&sdk), settings::table_name()?);
        let (jobs, outcomes) = (settings::jobs_queue_url()?, settings::outcomes_queue_url()?);
        let retention = SignedDuration::try_from(settings::retention()?);
        Ok(Self {
            intake: Intake::new(videos.clone(), sqs.clone(), jobs.clone(), outcomes),
            videos,
            uploads: UploadBucket::new(s3.clone(), uploads.clone()),
            links: Links::new(s3.clone(), results.clone()),
            objects: Objects::new(s3, uploads, results),
            sqs,
            jobs_queue_url: jobs,
            deliveries_queue_url: settings::deliveries_queue_url()?,
            webhook_reach: Reach::from_env(),
            limits: settings::limits()?,
            max_unfinished_videos: settings::max_unfinished_videos()?,
            retention: retention.unwrap_or(SignedDuration::MAX),
            config: WebConfig {
                region,
                user_pool_id: settings::user_pool_id()?,
                user_pool_client_id: settings::user_pool_client_id()?,
                cognito_endpoint: settings::local_endpoint().unwrap_or(cognito),
            },
        })
    }
}
