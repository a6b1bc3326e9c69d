//! What every function needs at its start: settings, the SDK's configuration, logging, metrics, the
//! lifting of a one-message function to an SQS batch, the removal of a video's objects, and the sending of
//! webhooks.
//!
//! | variable | who reads it | what it is |
//! | --- | --- | --- |
//! | `TABLE_NAME` | all | the DynamoDB table of videos |
//! | `UPLOADS_BUCKET` | api, enqueue, extract | the bucket that browsers upload to |
//! | `RESULTS_BUCKET` | api, extract, notify | the bucket that zips are downloaded from |
//! | `JOBS_QUEUE_URL` | api, enqueue, extract | the queue of videos to extract |
//! | `JOBS_DLQ_URL` | notify | where jobs are given up |
//! | `OUTCOMES_QUEUE_URL` | enqueue, extract, notify | the queue of what came of them |
//! | `USER_POOL_ID`, `USER_POOL_CLIENT_ID` | api | where users sign in |
//! | `SENDER_EMAIL` | notify | whom mails come from |
//! | `API_URL` | notify | where a mail's reader finds the API |
//! | `AWS_ENDPOINT_URL` | all | set on a local stack only: what answers in place of AWS. Webhooks may then go anywhere |
//! | `MAX_UPLOAD_BYTES`, `MAX_DURATION_SECONDS`, `MAX_FRAMES`, `MAX_PIXELS` | api, extract | the limits |
//! | `MAX_UNFINISHED_VIDEOS` | api | how many videos one user may have under way |
//! | `SEGMENT_SECONDS` | extract | how long one worker may take before others are to do the rest |
//! | `AWS_LAMBDA_LOG_LEVEL`, `AWS_LAMBDA_LOG_FORMAT` | all | set by Lambda's logging configuration |

pub mod metric;
pub mod objects;
mod sdk;
pub mod settings;
pub mod sqs;
pub mod webhook;

pub use aws_config::SdkConfig;
pub use lambda_runtime::tracing::init_default_subscriber as init_logging;
pub use sdk::{sdk_config, sdk_defaults};

/// An e-mail address as it may stand in a log: `a***@example.com`.
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
