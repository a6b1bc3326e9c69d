//! The SDK's configuration.

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

/// How long a service may take until its answer begins, from when a request begins to go out: the longest
/// are parts of an upload, and S3's copies of parts. The SDK by itself would wait for ever.
const ANSWER_TIME: Duration = Duration::from_secs(120);

/// The SDK's configuration, for all of a function's clients.
///
/// From the variables that Lambda sets, and one HTTP client for all: the SDK's own search would also look
/// for files, processes and other services, which a function does not have, and is a part of each binary
/// and of each cold start.
///
/// # Errors
/// Where Lambda has not set the region.
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

/// How the clients of every function behave, still without credentials and HTTP client. Tests build real
/// clients from it.
///
/// **No checksums, unless S3 requires them.** By default the SDK adds a CRC32 to every part of a multipart
/// upload, but does not name an algorithm at the upload's creation. S3 refuses such parts, or the
/// completion: all requests of one upload must agree ("Checking object integrity for data uploads" in
/// the Amazon S3 User Guide). Here none of them has one, which S3 always accepted, and S3 itself adds a
/// CRC-64/NVME of the whole object. A presigned URL must not have one either: it would be the checksum of
/// a body that does not exist yet.
pub fn sdk_defaults(region: String) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .timeout_config(TimeoutConfig::builder().read_timeout(ANSWER_TIME).build())
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .build()
}
