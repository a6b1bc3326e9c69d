//! The function's clients and settings, built once.

use crate::mail::{Mailer, MailerSettings};
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use framezip_runtime::{
    SdkConfig,
    settings::{self, SettingError},
    sqs::QueueConsumer,
};
use framezip_store::Videos;
use std::time::Duration;

/// The pause before a failed message is delivered again; it doubles after each further failure.
const FIRST_PAUSE: Duration = Duration::from_secs(10);

/// The longest time to send a mail. The function has 30 s for all of its work.
const MAIL_TIME: Duration = Duration::from_secs(15);

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

/// Returns a client that ends a call before Lambda ends the function, so that a slow SES fails one mail, not the batch. A
/// call without an answer is not repeated at once, because the mail may have been accepted.
fn ses_client(config: &SdkConfig) -> aws_sdk_sesv2::Client {
    let timeouts = TimeoutConfig::builder().operation_timeout(MAIL_TIME).build();
    let config = aws_sdk_sesv2::config::Builder::from(config).timeout_config(timeouts).build();
    aws_sdk_sesv2::Client::from_conf(config)
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
                ses_client(&config),
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
