//! Presigned URLs of results. They are made for each answer and never stored or logged.
//!
//! Needs `s3:GetObject` on results: a URL grants what its signer may do.

use super::origin;
use aws_sdk_s3::{
    Client, operation::get_object::builders::GetObjectFluentBuilder, presigning::PresigningConfig,
};
use framezip_contract::{
    Attempt, Download, Extraction, Link, ObjectKey, StoryboardLinks, Video, VideoView, ZipFacts,
};
use framezip_store::Record;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::time::Duration;

/// The lifetime of a link.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// The maximum number of links to images of a storyboard: Lambda limits the size of an answer.
const MAX_IMAGES: u32 = 1000;

/// Makes links to the bucket of results.
pub(crate) struct Links {
    s3: Client,
    results: String,
}

impl Links {
    pub(crate) fn new(s3: Client, results: String) -> Self {
        Self { s3, results }
    }

    /// Returns a video with links to its results.
    pub(crate) async fn view(&self, record: Record) -> anyhow::Result<VideoView> {
        let (attempt, extraction) = result_of(&record);
        let mut view = VideoView::bare(record.video);
        let Some(ZipFacts { bytes, storyboard_images, .. }) = view.video.result else {
            return Ok(view);
        };
        let Video { owner, id, file_name, .. } = &view.video;
        let zip = self.get(ObjectKey::zip(owner, *id, attempt));
        let zip = zip.response_content_disposition(attachment(file_name));
        view.download = Some(Download { url: signed(zip).await?, expires_at: expiry()?, bytes });
        let folder = ObjectKey::results_prefix(owner, *id, attempt);
        let link = async |name| self.link(&folder, name).await;
        view.poster = Some(link(poster_name(&extraction)).await?);
        if extraction.sheet.is_some() {
            view.sheet = Some(link("sheet.jpg".to_owned()).await?);
        }
        if let Some(last) = storyboard_images {
            let mut images = Vec::new();
            for number in 1..=last.min(MAX_IMAGES) {
                images.push(link(format!("storyboard/{number:03}.jpg")).await?);
            }
            let vtt = link("storyboard.vtt".to_owned()).await?;
            view.storyboard = Some(StoryboardLinks { vtt, images });
        }
        Ok(view)
    }

    /// Returns a video with only those links that a list shows.
    pub(crate) async fn view_in_list(&self, record: Record) -> anyhow::Result<VideoView> {
        let (attempt, extraction) = result_of(&record);
        let mut view = VideoView::bare(record.video);
        let Video { owner, id, result, .. } = &view.video;
        if result.is_some() {
            let folder = ObjectKey::results_prefix(owner, *id, attempt);
            view.poster = Some(self.link(&folder, poster_name(&extraction)).await?);
        }
        Ok(view)
    }

    /// Returns the origin of all links.
    pub(crate) async fn origin(&self) -> anyhow::Result<String> {
        origin(&signed(self.get("any".to_owned())).await?)
    }

    async fn link(&self, folder: &str, name: String) -> anyhow::Result<Link> {
        let url = signed(self.get(format!("{folder}{name}"))).await?;
        Ok(Link { name, url, expires_at: expiry()? })
    }

    fn get(&self, key: String) -> GetObjectFluentBuilder {
        self.s3.get_object().bucket(&self.results).key(key)
    }
}

/// Returns the attempt that a record's result is of, and its options. A retry may have others.
fn result_of(record: &Record) -> (Attempt, Extraction) {
    let extraction = record.result_extraction.as_ref().unwrap_or(&record.video.extraction);
    (record.result_attempt.unwrap_or(record.attempt), extraction.clone())
}

fn poster_name(extraction: &Extraction) -> String {
    format!("poster.{}", extraction.format.extension())
}

async fn signed(get: GetObjectFluentBuilder) -> anyhow::Result<String> {
    let signed = get.presigned(PresigningConfig::expires_in(LIFETIME)?).await?;
    Ok(signed.uri().to_owned())
}

fn expiry() -> anyhow::Result<Timestamp> {
    // URLs are signed in whole seconds
    let signed = Timestamp::from_second(Timestamp::now().as_second())?;
    Ok(signed + SignedDuration::try_from(LIFETIME)?)
}

/// The characters to encode in a file name (RFC 8187): all but letters, digits, `.`, `-` and `_`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

/// Returns the `Content-Disposition` of a video's zip (RFC 6266): an ASCII name for old clients, and the
/// full name, which may have any characters, for all others.
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
    fn any_file_name_makes_a_safe_header() {
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
