//! The function's clients and settings, built once.

use crate::mail::{Mailer, MailerSettings};
use framezip_runtime::{
    settings::{self, SettingError},
    sqs::QueueConsumer,
};
use framezip_store::Videos;
use std::time::Duration;

/// The pause before a failed message is delivered again; it doubles after each further failure.
const FIRST_PAUSE: Duration = Duration::from_secs(10);

/// The clients and settings of the function.
pub(crate) struct Notifier {
    pub(crate) videos: Videos,
    pub(crate) mailer: Mailer,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    /// The bucket of zips.
    pub(crate) results: String,
    /// The URL of the queue of webhook deliveries.
    pub(crate) deliveries: String,
    pub(crate) outcomes: QueueConsumer,
}

impl Notifier {
    /// Reads the settings from the environment and builds the clients.
    ///
    /// # Errors
    /// Names the variable that is missing or invalid.
    pub(crate) fn from_env() -> Result<Self, SettingError> {
        let config = framezip_runtime::sdk_config()?;
        let sqs = aws_sdk_sqs::Client::new(&config);
        Ok(Self {
            videos: Videos::new(aws_sdk_dynamodb::Client::new(&config), settings::table_name()?),
            mailer: Mailer::new(
                aws_sdk_sesv2::Client::new(&config),
                MailerSettings {
                    sender: settings::sender_email()?,
                    page_url: settings::api_url()?,
                    configuration_set: settings::configuration_set()?,
                },
            ),
            s3: aws_sdk_s3::Client::new(&config),
            results: settings::results_bucket()?,
            deliveries: settings::deliveries_queue_url()?,
            outcomes: QueueConsumer::new(sqs.clone(), settings::outcomes_queue_url()?, FIRST_PAUSE),
            sqs,
        })
    }
}
