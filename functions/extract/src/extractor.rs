//! The function's clients and settings, built once.

use framezip_contract::Limits;
use framezip_runtime::{
    settings::{self, SettingError},
    sqs::QueueConsumer,
};
use framezip_store::Videos;
use std::time::Duration;

/// The pause before a failed job is delivered again; it doubles after each further failure.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// The job of a crashed worker is delivered again after twice the worker's budget, within these bounds.
const MIN_VISIBILITY_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_VISIBILITY_TIMEOUT: Duration = Duration::from_secs(180);

/// The clients and settings of the function.
pub(crate) struct Extractor {
    pub(crate) videos: Videos,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    /// The bucket of uploaded videos.
    pub(crate) uploads: String,
    /// The bucket of zips.
    pub(crate) results: String,
    /// The URL of the queue of jobs.
    pub(crate) jobs: String,
    /// The URL of the queue of outcomes.
    pub(crate) outcomes: String,
    pub(crate) limits: Limits,
    /// The time after which other invocations do the rest of a worker's targets.
    pub(crate) budget: Duration,
    /// The same queue as `jobs`, for receiving.
    pub(crate) consumer: QueueConsumer,
}

impl Extractor {
    /// Reads the settings from the environment and builds the clients.
    ///
    /// # Errors
    /// Names the variable that is missing or invalid.
    pub(crate) fn from_env() -> Result<Self, SettingError> {
        let (budget, jobs) = (settings::segment_budget()?, settings::jobs_queue_url()?);
        let config = framezip_runtime::sdk_config()?;
        let sqs = aws_sdk_sqs::Client::new(&config);
        let dynamodb = aws_sdk_dynamodb::Client::new(&config);
        let visibility_timeout = (2 * budget).clamp(MIN_VISIBILITY_TIMEOUT, MAX_VISIBILITY_TIMEOUT);
        Ok(Self {
            videos: Videos::new(dynamodb, settings::table_name()?),
            s3: aws_sdk_s3::Client::new(&config),
            uploads: settings::uploads_bucket()?,
            results: settings::results_bucket()?,
            outcomes: settings::outcomes_queue_url()?,
            limits: settings::limits()?,
            consumer: QueueConsumer::new(sqs.clone(), jobs.clone(), FIRST_PAUSE)
                .hiding_for(visibility_timeout),
            budget,
            jobs,
            sqs,
        })
    }
}
