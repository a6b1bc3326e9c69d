//! One round: every item whose check is due.

use crate::repair;
use framezip_runtime::{
    intake::Intake,
    settings::{self, SettingError},
};
use framezip_store::{Due, Videos};
use futures_util::{StreamExt, stream};
use lambda_runtime::Error;
use std::{
    collections::HashSet,
    time::{Duration, SystemTime},
};

/// The number of items that are read at once.
const PAGE: usize = 200;
/// The number of items that are handled at the same time.
const CONCURRENT: usize = 16;
/// The time kept free at the end of an invocation.
const RESERVE: Duration = Duration::from_secs(10);

/// The clients and settings of the function.
pub(crate) struct Reconciler {
    pub(crate) videos: Videos,
    pub(crate) intake: Intake,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    /// The bucket of uploaded videos.
    pub(crate) uploads: String,
    /// The URLs of the queues.
    pub(crate) jobs: String,
    pub(crate) outcomes: String,
    pub(crate) deliveries: String,
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
        Ok(Self {
            intake: Intake::new(videos.clone(), sqs.clone(), jobs.clone(), outcomes.clone()),
            videos,
            s3: aws_sdk_s3::Client::new(&config),
            sqs,
            uploads: settings::uploads_bucket()?,
            jobs,
            outcomes,
            deliveries: settings::deliveries_queue_url()?,
        })
    }

    /// Handles every item whose check is due, or as many as the time until `deadline` allows: the next round finds
    /// the others. An item that fails is logged, and is found again too.
    ///
    /// A round at the same time as another one, or as live workers, changes nothing that is alive: each repair begins with a
    /// write that is conditional on the check that was seen.
    pub(crate) async fn run(&self, deadline: SystemTime) -> Result<(), Error> {
        let is_idle = repair::has_no_waiting_jobs(self).await?;
        let mut seen = HashSet::new();
        let has_time = || SystemTime::now() + RESERVE < deadline;
        while has_time() {
            let due = self.videos.due(PAGE).await?;
            let new: Vec<_> = due.into_iter().filter(|item| seen.insert(item.clone())).collect();
            if new.is_empty() {
                break;
            }
            let handled = stream::iter(new).map(|item| self.check(item, is_idle));
            handled.buffer_unordered(CONCURRENT).collect::<()>().await;
        }
        tracing::info!(items.count = seen.len(), "checked what was due");
        Ok(())
    }

    async fn check(&self, item: Due, is_idle: bool) {
        let checked = match &item {
            Due::Video(owner, id) => repair::video(self, owner, *id, is_idle).await,
            Due::Delivery(owner, event) => repair::delivery(self, owner, *event).await,
            Due::Webhook(owner) => repair::webhook(self, owner).await,
        };
        if let Err(error) = checked {
            tracing::error!(item = ?item, error = format!("{error:#}"), "an item could not be checked");
        }
    }
}
