//! The configuration of the AWS SDK.

use crate::settings::{self, SettingError};
use aws_config::{
    BehaviorVersion, Region, SdkConfig, environment::EnvironmentVariableCredentialsProvider,
};
use aws_sdk_sqs::config::SharedCredentialsProvider;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_types::{checksum_config::RequestChecksumCalculation, timeout::TimeoutConfig};
use std::time::Duration;

/// The longest time from the start of a request to the start of its answer. The longest requests are uploads
/// and copies of parts. The SDK has no time-out of its own.
const ANSWER_TIME: Duration = Duration::from_secs(120);

/// Returns the SDK's configuration for all of a function's clients, which share one HTTP client.
///
/// It uses the variables that Lambda sets. The SDK's default chain would also look for files, processes and
/// other services, which a function does not have, and would enlarge each binary and each cold start.
///
/// # Errors
/// If the region is not set.
pub fn sdk_config() -> Result<SdkConfig, SettingError> {
    let credentials = EnvironmentVariableCredentialsProvider::new();
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
    let mut config = sdk_defaults(settings::region()?)
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http);
    config.set_endpoint_url(settings::local_endpoint());
    Ok(config.build())
}

/// Returns the settings of every function's clients, without credentials and HTTP client. Tests build real
/// clients from them.
///
/// **Checksums are sent only if S3 requires them.** By default the SDK adds a CRC32 to every part of a multipart
/// upload, but does not name an algorithm at the upload's creation. S3 refuses such parts, or the
/// completion: all requests of one upload must agree ("Checking object integrity for data uploads" in
/// the Amazon S3 User Guide). So no request has a checksum, which S3 accepts, and S3 itself adds a CRC-64/NVME of
/// the whole object. A presigned URL must not have a checksum either: it would be that of a body which does
/// not exist yet.
pub fn sdk_defaults(region: String) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .timeout_config(TimeoutConfig::builder().read_timeout(ANSWER_TIME).build())
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .build()
}
