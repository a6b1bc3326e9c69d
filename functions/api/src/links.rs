//! Presigned URLs. They are made for each answer and never stored or logged.
//!
//! Needs `s3:PutObject` on uploads and `s3:GetObject` on results: a URL can do what its signer can.

use aws_sdk_s3::{
    Client,
    config::RequestChecksumCalculation,
    presigning::{PresignedRequest, PresigningConfig},
};
use framezip_contract::{Download, ObjectKey, Upload, Video};
use framezip_runtime::SdkConfig;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::time::Duration;

/// How long a link works.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Makes links to the two buckets.
pub(crate) struct Links {
    s3: Client,
    uploads: String,
    results: String,
}

impl Links {
    pub(crate) fn new(sdk: &SdkConfig, uploads: String, results: String) -> Self {
        // a checksum of a body that is not there yet would be signed, and be wrong
        let config = aws_sdk_s3::config::Builder::from(sdk)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired);
        Self { s3: Client::from_conf(config.build()), uploads, results }
    }

    /// One PUT of exactly the announced bytes, that replaces no object.
    pub(crate) async fn upload(&self, video: &Video) -> anyhow::Result<Upload> {
        let signed = self
            .s3
            .put_object()
            .bucket(&self.uploads)
            .key(ObjectKey::source(&video.owner, video.id).to_string())
            .content_length(i64::try_from(video.bytes)?)
            .content_type(&video.content_type)
            .if_none_match("*")
            .presigned(PresigningConfig::expires_in(LIFETIME)?)
            .await?;
        let headers = signed
            .headers()
            .filter(|(name, _)| !matches!(*name, "content-length" | "host"))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Ok(Upload {
            method: signed.method().to_owned(),
            url: signed.uri().to_owned(),
            headers,
            expires_at: expiry()?,
        })
    }

    /// The zip, under a name that tells which video it is of.
    pub(crate) async fn download(&self, video: &Video, bytes: u64) -> anyhow::Result<Download> {
        let signed: PresignedRequest = self
            .s3
            .get_object()
            .bucket(&self.results)
            .key(ObjectKey::zip(&video.owner, video.id).to_string())
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
