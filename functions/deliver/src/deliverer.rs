//! The function's clients, built once.

use crate::sender::WebhookSender;
use framezip_runtime::{
    settings::{self, SettingError},
    sqs::QueueConsumer,
    webhook::Reach,
};
use framezip_store::Videos;
use std::time::Duration;

/// The pause before a message that could not be handled is delivered again; it doubles after each further
/// failure. A receiver's failures have the longer delays of [`delays`](crate::delays).
const FIRST_PAUSE: Duration = Duration::from_secs(10);

/// The clients of the function.
pub(crate) struct Deliverer {
    pub(crate) videos: Videos,
    pub(crate) sender: WebhookSender,
    pub(crate) deliveries: QueueConsumer,
}

impl Deliverer {
    /// Reads the settings from the environment and builds the clients.
    ///
    /// # Errors
    /// Names the variable that is missing or invalid.
    pub(crate) fn from_env() -> Result<Self, SettingError> {
        let config = framezip_runtime::sdk_config()?;
        let sqs = aws_sdk_sqs::Client::new(&config);
        Ok(Self {
            videos: Videos::new(aws_sdk_dynamodb::Client::new(&config), settings::table_name()?),
            sender: WebhookSender::new(Reach::from_env()),
            deliveries: QueueConsumer::new(sqs, settings::deliveries_queue_url()?, FIRST_PAUSE),
        })
    }
}
