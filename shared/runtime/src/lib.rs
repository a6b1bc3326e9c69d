//! The parts that several functions share: settings, SDK configuration, logging, metrics, SQS batches, events of
//! uploads, a video's objects, and webhooks.
//!
//! | variable | read by | value |
//! | --- | --- | --- |
//! | `TABLE_NAME` | all | the DynamoDB table of videos |
//! | `UPLOADS_BUCKET` | api, enqueue, extract, reconcile | the bucket for uploads |
//! | `RESULTS_BUCKET` | api, extract, notify | the bucket for zips |
//! | `JOBS_QUEUE_URL` | api, enqueue, extract, reconcile | the queue of videos to extract |
//! | `OUTCOMES_QUEUE_URL` | api, enqueue, extract, notify, reconcile | the queue of outcomes |
//! | `DELIVERIES_QUEUE_URL` | api, notify, deliver, reconcile | the queue of webhook deliveries |
//! | `EVENTS_DLQ_URL` | reconcile | the dead-letter queue of S3's events |
//! | `USER_POOL_ID`, `USER_POOL_CLIENT_ID` | api | the Cognito user pool and its app client |
//! | `SENDER_EMAIL` | notify | the sender of mails |
//! | `API_URL` | notify | the URL of the API and the page, for mails |
//! | `CONFIGURATION_SET` | notify | the SES configuration set of mails |
//! | `RETENTION_DAYS` | api | the lifetime of a video |
//! | `AWS_ENDPOINT_URL` | all | the URL that replaces AWS; set on a local stack only, where webhooks may go to any address |
//! | `MAX_UPLOAD_BYTES`, `MAX_DURATION_SECONDS`, `MAX_FRAMES`, `MAX_PIXELS` | api, extract | the limits for one video |
//! | `MAX_UNFINISHED_VIDEOS` | api | the most unfinished videos per user |
//! | `SEGMENT_SECONDS` | extract | the time after which a worker hands the rest to other workers |
//! | `AWS_LAMBDA_LOG_LEVEL`, `AWS_LAMBDA_LOG_FORMAT` | all | set by Lambda's logging configuration |

pub mod intake;
pub mod metric;
pub mod objects;
mod sdk;
pub mod settings;
pub mod sqs;
pub mod upload_events;
pub mod webhook;

pub use aws_config::SdkConfig;
pub use lambda_runtime::tracing::init_default_subscriber as init_logging;
pub use sdk::{sdk_config, sdk_defaults};

/// Masks an e-mail address for logs: `a***@example.com`.
pub fn masked(email: &str) -> String {
    let (name, domain) = email.split_once('@').unwrap_or((email, ""));
    let first: String = name.chars().take(1).collect();
    format!("{first}***@{domain}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_address_is_masked() {
        assert_eq!(super::masked("ada@example.com"), "a***@example.com");
        assert_eq!(super::masked("nonsense"), "n***@");
    }
}
