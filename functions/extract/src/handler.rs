//! A batch of jobs.

use aws_lambda_events::{event::sqs::SqsEvent, sqs::SqsBatchResponse};
use framezip_contract::{Job, Limits};
use framezip_runtime::{
    settings::{self, SettingError},
    sqs::Inbox,
};
use framezip_store::Videos;
use lambda_runtime::{Error, LambdaEvent};
use std::time::Duration;

/// A job that failed may come again after this; the pause doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// A job whose worker crashed comes again after twice its budget, within these.
const SHORTEST_HIDING: Duration = Duration::from_secs(10);
const LONGEST_HIDING: Duration = Duration::from_secs(180);

/// What an extraction needs.
pub(crate) struct Extractor {
    pub(crate) videos: Videos,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) uploads: String,
    pub(crate) results: String,
    pub(crate) jobs: String,
    pub(crate) outcomes: String,
    pub(crate) limits: Limits,
    /// How long a worker may take before others are to do the rest.
    pub(crate) budget: Duration,
    inbox: Inbox,
}

impl Extractor {
    /// From the environment.
    ///
    /// # Errors
    /// Names the variable that is missing or wrong.
    pub(crate) fn from_env() -> Result<Self, SettingError> {
        let (budget, jobs) = (settings::segment_budget()?, settings::jobs_queue_url()?);
        let config = framezip_runtime::sdk_config()?;
        let sqs = aws_sdk_sqs::Client::new(&config);
        let dynamodb = aws_sdk_dynamodb::Client::new(&config);
        Ok(Self {
            videos: Videos::new(dynamodb, settings::table_name()?),
            s3: aws_sdk_s3::Client::new(&config),
            uploads: settings::uploads_bucket()?,
            results: settings::results_bucket()?,
            outcomes: settings::outcomes_queue_url()?,
            limits: settings::limits()?,
            inbox: Inbox::new(sqs.clone(), jobs.clone(), FIRST_PAUSE)
                .hiding_for((2 * budget).clamp(SHORTEST_HIDING, LONGEST_HIDING)),
            budget,
            jobs,
            sqs,
        })
    }

    pub(crate) async fn handle(
        &self,
        event: LambdaEvent<SqsEvent>,
    ) -> Result<SqsBatchResponse, Error> {
        let deadline = event.context.deadline();
        let handler = async |job: Job, delivery| self.extract(job, delivery, deadline).await;
        Ok(self.inbox.handle(event.payload, handler).await)
    }
}
