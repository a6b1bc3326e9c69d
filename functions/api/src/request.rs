//! Requests, checked: what comes out of here cannot be wrong.

use crate::problem::ApiError;
use framezip_contract::{
    CreateVideo, Extraction, FieldError, InvalidExtraction, Limits, Status, VideoId,
};
use serde::Deserialize;

/// A video to create.
#[derive(Debug, PartialEq)]
pub(crate) struct NewVideo {
    pub(crate) file_name: String,
    pub(crate) bytes: u64,
    pub(crate) content_type: String,
    pub(crate) extraction: Extraction,
}

const DEFAULT_TYPE: &str = "application/octet-stream";

impl NewVideo {
    /// Checks the body of `POST /videos`.
    pub(crate) fn parse(body: &[u8], limits: &Limits) -> Result<Self, ApiError> {
        let request: CreateVideo = serde_json::from_slice(body).map_err(|error| {
            ApiError::Malformed(format!("The body is not as it must be: {error}"))
        })?;
        let mut errors = Vec::new();
        let name = &request.file_name;
        if !(1..=255).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            let detail = "must be 1 to 255 characters, without control characters";
            errors.push(FieldError::new("fileName", detail));
        }
        let content_type = request.content_type.unwrap_or_else(|| DEFAULT_TYPE.to_owned());
        if !is_media_type(&content_type) {
            errors.push(FieldError::new("contentType", "must be a media type, such as video/mp4"));
        }
        let extraction = Extraction::try_from(request.extraction)
            .map_err(|InvalidExtraction(wrong)| {
                errors.extend(wrong.into_iter().map(|error| {
                    FieldError::new(format!("extraction.{}", error.field), error.detail)
                }));
            })
            .unwrap_or_default();
        if !errors.is_empty() {
            return Err(ApiError::Invalid(errors));
        }
        if request.bytes > limits.upload_bytes {
            let limit = limits.upload_bytes;
            return Err(ApiError::TooLarge(format!("A file may have at most {limit} bytes.")));
        }
        Ok(Self { file_name: request.file_name, bytes: request.bytes, content_type, extraction })
    }
}

/// `type/subtype` of visible ASCII, and no longer than any in use.
fn is_media_type(text: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic());
    text.len() <= 127 && text.split_once('/').is_some_and(|(a, b)| plain(a) && plain(b))
}

/// The query of `GET /videos`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    pub(crate) status: Option<Status>,
    limit: Option<usize>,
    cursor: Option<String>,
}

const DEFAULT_LIMIT: usize = 20;

impl ListQuery {
    /// How many videos a page has: 1 to 100.
    pub(crate) fn limit(&self) -> Result<usize, ApiError> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if (1..=100).contains(&limit) {
            return Ok(limit);
        }
        Err(ApiError::Invalid(vec![FieldError::new("limit", "must be 1 to 100")]))
    }

    /// The cursor is the id of a page's last video. It selects within the user's own videos only, so
    /// a made-up one shows nothing that is not theirs.
    pub(crate) fn after(&self) -> Result<Option<VideoId>, ApiError> {
        let parsed = self.cursor.as_deref().map(str::parse).transpose();
        parsed.map_err(|_| {
            let detail = "must be the cursor of an earlier page";
            ApiError::Invalid(vec![FieldError::new("cursor", detail)])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<NewVideo, ApiError> {
        NewVideo::parse(json.as_bytes(), &Limits::default())
    }

    #[test]
    fn only_name_and_length_are_needed() {
        let video = parse(r#"{"fileName":"a.mp4","bytes":0}"#).unwrap();
        assert_eq!(video.content_type, "application/octet-stream");
        assert_eq!(video.extraction, Extraction::default());
    }

    #[test]
    fn every_wrong_field_is_named() {
        let json = r#"{"fileName":"","bytes":1,"contentType":"x","extraction":{"every":0}}"#;
        let Err(ApiError::Invalid(errors)) = parse(json) else { panic!("{:?}", parse(json)) };
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["fileName", "contentType", "extraction.every"]);
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for json in [
            "",
            "[]",
            "{}",
            r#"{"fileName":"a","bytes":-1}"#,
            r#"{"fileName":"a","bytes":1,"x":1}"#,
        ] {
            assert!(matches!(parse(json), Err(ApiError::Malformed(_))), "{json}");
        }
        let huge = format!(r#"{{"fileName":"a","bytes":{}}}"#, u64::MAX);
        assert!(matches!(parse(&huge), Err(ApiError::TooLarge(_))));
    }
}
