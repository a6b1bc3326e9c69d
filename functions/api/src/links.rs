//! Presigned URLs of results. They are made for each answer and never stored or logged.
//!
//! Needs `s3:GetObject` on results: a URL can do what its signer can.

use aws_sdk_s3::{
    Client,
    presigning::{PresignedRequest, PresigningConfig},
};
use framezip_contract::{Download, ObjectKey};
use framezip_runtime::SdkConfig;
use framezip_store::Record;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::time::Duration;

/// How long a link works.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Makes links to the bucket of results.
pub(crate) struct Links {
    s3: Client,
    results: String,
}

impl Links {
    pub(crate) fn new(sdk: &SdkConfig, results: String) -> Self {
        Self { s3: Client::new(sdk), results }
    }

    /// The zip, under a name that tells which video it is of.
    pub(crate) async fn download(&self, record: &Record, bytes: u64) -> anyhow::Result<Download> {
        let Record { video, attempt, .. } = record;
        let signed: PresignedRequest = self
            .s3
            .get_object()
            .bucket(&self.results)
            .key(ObjectKey::zip(&video.owner, video.id, *attempt))
            .response_content_disposition(attachment(&video.file_name))
            .presigned(PresigningConfig::expires_in(LIFETIME)?)
            .await?;
        Ok(Download { url: signed.uri().to_owned(), expires_at: expiry()?, bytes })
    }
}

fn expiry() -> anyhow::Result<Timestamp> {
    let expiry = Timestamp::now() + SignedDuration::try_from(LIFETIME)?;
    Ok(expiry.round(jiff::Unit::Second)?)
}

/// What RFC 8187 lets stand unencoded, of what file names have.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

/// The `Content-Disposition` of the zip of a video (RFC 6266): a plain name for old clients, and the
/// real one, which may have any characters, for all others.
fn attachment(file_name: &str) -> String {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    let stem = if stem.is_empty() { "video" } else { stem };
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ');
    let plain: String = stem.chars().map(|c| if safe(c) { c } else { '_' }).collect();
    let full = utf8_percent_encode(stem, ENCODED);
    format!("attachment; filename=\"{plain}.zip\"; filename*=UTF-8''{full}.zip")
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn any_name_is_safe() {
        assert_eq!(
            attachment("holiday.mp4"),
            "attachment; filename=\"holiday.zip\"; filename*=UTF-8''holiday.zip"
        );
        assert_eq!(
            attachment("Grüße \"1\"\r\n.mov"),
            "attachment; filename=\"Gr__e _1___.zip\"; \
             filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%221%22%0D%0A.zip"
        );
        assert!(attachment(".mp4").contains("video.zip"));
    }
}
