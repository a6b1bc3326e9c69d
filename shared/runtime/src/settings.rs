//! Settings from the environment, read once at the start. One function per variable; its error
//! names the variable, so that a bad deployment fails at once and says why.

use framezip_contract::Limits;
use std::{env, fmt, str::FromStr, time::Duration};

/// A variable that is missing or wrong.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// Not set, or empty.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// Set, but not to a value of its kind.
    #[error("the environment variable {name} is {value:?}: {reason}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
        /// Why that is none.
        reason: String,
    },
}

macro_rules! text_settings {
    ($($(#[$doc:meta])* $function:ident = $name:literal;)*) => {
        $(
            $(#[$doc])*
            ///
            /// # Errors
            /// Where the variable is not set.
            pub fn $function() -> Result<String, SettingError> {
                required($name, env::var($name).ok())
            }
        )*
    };
}

text_settings! {
    /// The DynamoDB table of videos.
    table_name = "TABLE_NAME";
    /// The bucket that browsers upload to.
    uploads_bucket = "UPLOADS_BUCKET";
    /// The bucket that zips are downloaded from.
    results_bucket = "RESULTS_BUCKET";
    /// The queue of videos to extract.
    jobs_queue_url = "JOBS_QUEUE_URL";
    /// Where jobs are given up.
    jobs_dlq_url = "JOBS_DLQ_URL";
    /// The queue of what came of the videos.
    outcomes_queue_url = "OUTCOMES_QUEUE_URL";
    /// The Cognito user pool.
    user_pool_id = "USER_POOL_ID";
    /// The user pool's app client.
    user_pool_client_id = "USER_POOL_CLIENT_ID";
    /// Whom mails come from.
    sender_email = "SENDER_EMAIL";
    /// The region that the function runs in; Lambda sets it.
    region = "AWS_REGION";
}

/// The limits of this deployment.
///
/// # Errors
/// Where one of the variables is not set, or not to a whole number.
pub fn limits() -> Result<Limits, SettingError> {
    Ok(Limits {
        upload_bytes: number("MAX_UPLOAD_BYTES")?,
        duration_seconds: number("MAX_DURATION_SECONDS")?,
        frames: number("MAX_FRAMES")?,
        pixels: number("MAX_PIXELS")?,
        memory_bytes: number::<u64>("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")?.saturating_mul(1 << 20),
    })
}

/// How many unfinished videos one user may have.
///
/// # Errors
/// Where `MAX_UNFINISHED_VIDEOS` is not set, or not to a whole number.
pub fn max_unfinished_videos() -> Result<u32, SettingError> {
    number("MAX_UNFINISHED_VIDEOS")
}

/// How long one worker may take for a video, before others are to do the rest of it.
///
/// # Errors
/// Where `SEGMENT_SECONDS` is not set, or not to a whole number.
pub fn segment_budget() -> Result<Duration, SettingError> {
    number("SEGMENT_SECONDS").map(Duration::from_secs)
}

/// Where a local stack answers in place of AWS.
pub fn local_endpoint() -> Option<String> {
    env::var("AWS_ENDPOINT_URL").ok()
}

/// Where a mail's reader finds the API.
///
/// # Errors
/// Where `API_URL` is not set.
pub fn api_url() -> Result<String, SettingError> {
    let url = required("API_URL", env::var("API_URL").ok())?;
    Ok(local_endpoint().map_or_else(|| url.clone(), |endpoint| local_api_url(&endpoint, &url)))
}

/// A local stack cannot answer at the API's public name; it takes the API's id, which is that name's
/// first label, as part of a path.
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
    fn a_local_api_is_found_by_its_id() {
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
