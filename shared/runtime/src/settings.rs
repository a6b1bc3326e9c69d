//! Settings from the environment, read once at start. One function per variable; its error names the
//! variable, so that a bad deployment fails at once with the reason.

use framezip_contract::Limits;
use std::{env, fmt, str::FromStr, time::Duration};

/// A variable that is missing or wrong.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// The variable is not set, or empty.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// The variable has an invalid value.
    #[error("the environment variable {name} is {value:?}: {reason}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
        /// The reason for which the value is invalid.
        reason: String,
    },
}

macro_rules! text_settings {
    ($($(#[$doc:meta])* $function:ident = $name:literal;)*) => {
        $(
            $(#[$doc])*
            ///
            /// # Errors
            /// If the variable is not set.
            pub fn $function() -> Result<String, SettingError> {
                required($name, env::var($name).ok())
            }
        )*
    };
}

text_settings! {
    /// The DynamoDB table of videos.
    table_name = "TABLE_NAME";
    /// The bucket for uploads.
    uploads_bucket = "UPLOADS_BUCKET";
    /// The bucket for zips.
    results_bucket = "RESULTS_BUCKET";
    /// The queue of videos to extract.
    jobs_queue_url = "JOBS_QUEUE_URL";
    /// The queue of outcomes.
    outcomes_queue_url = "OUTCOMES_QUEUE_URL";
    /// The queue of webhook deliveries.
    deliveries_queue_url = "DELIVERIES_QUEUE_URL";
    /// The dead-letter queue of S3's events.
    events_dlq_url = "EVENTS_DLQ_URL";
    /// The SES configuration set of mails.
    configuration_set = "CONFIGURATION_SET";
    /// The Cognito user pool.
    user_pool_id = "USER_POOL_ID";
    /// The user pool's app client.
    user_pool_client_id = "USER_POOL_CLIENT_ID";
    /// The sender of mails.
    sender_email = "SENDER_EMAIL";
    /// The region of the function, set by Lambda.
    region = "AWS_REGION";
}

/// Returns the limits for one video.
///
/// # Errors
/// If one of the variables is not a whole number.
pub fn limits() -> Result<Limits, SettingError> {
    Ok(Limits {
        upload_bytes: number("MAX_UPLOAD_BYTES")?,
        duration_seconds: number("MAX_DURATION_SECONDS")?,
        frames: number("MAX_FRAMES")?,
        pixels: number("MAX_PIXELS")?,
        memory_bytes: number::<u64>("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")?.saturating_mul(1 << 20),
    })
}

/// Returns the most unfinished videos per user.
///
/// # Errors
/// If `MAX_UNFINISHED_VIDEOS` is not a whole number.
pub fn max_unfinished_videos() -> Result<u32, SettingError> {
    number("MAX_UNFINISHED_VIDEOS")
}

/// Returns the lifetime of a video. It ends a day before the lifecycle of the buckets removes what was uploaded or
/// written in the first moment, so that no record refers to an object that is gone.
///
/// # Errors
/// If `RETENTION_DAYS`, the days of that lifecycle, is not a whole number.
pub fn retention() -> Result<Duration, SettingError> {
    let days: u64 = number("RETENTION_DAYS")?;
    Ok(Duration::from_secs(days.saturating_sub(1) * 24 * 60 * 60))
}

/// Returns the time after which a worker hands the rest of a video to other workers.
///
/// # Errors
/// If `SEGMENT_SECONDS` is not a whole number.
pub fn segment_budget() -> Result<Duration, SettingError> {
    number("SEGMENT_SECONDS").map(Duration::from_secs)
}

/// Returns the URL of a local stack in place of AWS, if there is one.
pub fn local_endpoint() -> Option<String> {
    env::var("AWS_ENDPOINT_URL").ok()
}

/// Returns the API's URL for readers of mails.
///
/// # Errors
/// If `API_URL` is not set.
pub fn api_url() -> Result<String, SettingError> {
    let url = required("API_URL", env::var("API_URL").ok())?;
    Ok(local_endpoint().map_or_else(|| url.clone(), |endpoint| local_api_url(&endpoint, &url)))
}

/// Returns the API's URL on a local stack, which has no public name and takes the API's id, the first label of
/// that name, in the path.
fn local_api_url(endpoint: &str, public: &str) -> String {
    let name = public.trim_start_matches("https://");
    let id = name.split('.').next().unwrap_or_default();
    format!("{endpoint}/_aws/execute-api/{id}")
}

fn number<T: FromStr<Err: fmt::Display>>(name: &'static str) -> Result<T, SettingError> {
    parsed(name, required(name, env::var(name).ok())?)
}

fn required(name: &'static str, value: Option<String>) -> Result<String, SettingError> {
    value.filter(|value| !value.is_empty()).ok_or(SettingError::Missing(name))
}

fn parsed<T: FromStr<Err: fmt::Display>>(
    name: &'static str,
    value: String,
) -> Result<T, SettingError> {
    value.parse().map_err(|reason: T::Err| SettingError::Invalid {
        name,
        reason: reason.to_string(),
        value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_api_has_its_id_in_the_path() {
        assert_eq!(
            local_api_url(
                "http://127.0.0.1:4566",
                "https://a1.execute-api.eu-central-1.amazonaws.com"
            ),
            "http://127.0.0.1:4566/_aws/execute-api/a1"
        );
    }

    #[test]
    fn errors_name_the_variable() {
        assert_eq!(required("A", None), Err(SettingError::Missing("A")));
        assert_eq!(required("A", Some(String::new())), Err(SettingError::Missing("A")));
        let error = parsed::<u32>("MAX_FRAMES", "many".to_owned()).unwrap_err();
        assert!(error.to_string().contains("MAX_FRAMES is \"many\""), "{error}");
    }
}
