//! Requests, checked: what comes out of here cannot be wrong.

use crate::{document, errors::Errors, fields::Fields, options::extraction, problem::ApiError};
use framezip_contract::{Extraction, FieldError, Limits, is_file_name, is_media_type, rules};
use serde_json::Value;

/// The most videos that one call creates.
const MOST_VIDEOS: usize = 20;

/// What `POST /videos` asks for.
#[derive(Debug, PartialEq)]
pub(crate) struct NewVideos {
    pub(crate) videos: Vec<NewVideo>,
    /// Whether they came as a list, and are answered as one.
    pub(crate) batch: bool,
}

impl NewVideos {
    /// Checks the body of `POST /videos`: a video, or several under `videos`.
    pub(crate) fn parse(body: &[u8], limits: &Limits) -> Result<Self, ApiError> {
        let new = Self::read(body).map_err(ApiError::Invalid)?;
        let limit = limits.upload_bytes;
        match new.videos.iter().position(|video| video.bytes > limit) {
            None => Ok(new),
            Some(index) => {
                let which = if new.batch { format!("videos[{index}]: ") } else { String::new() };
                Err(ApiError::TooLarge(format!("{which}A file may have at most {limit} bytes.")))
            }
        }
    }

    fn read(body: &[u8]) -> Result<Self, Vec<FieldError>> {
        let body = document::read(body)?;
        let mut errors = Errors::default();
        let batch = body.get("videos").is_some();
        let videos = if batch {
            several(body, &mut errors)
        } else {
            NewVideo::read(body, "", &mut errors).into_iter().collect()
        };
        errors.end().map(|()| Self { videos, batch })
    }
}

/// Several videos, without those that are wrong.
fn several(body: Value, errors: &mut Errors) -> Vec<NewVideo> {
    let rule = format!("must be a list of 1 to {MOST_VIDEOS} videos");
    let Some(mut fields) = Fields::of(body, "", errors) else { return Vec::new() };
    let videos = fields.required::<Vec<Value>>("videos", &rule).unwrap_or_default();
    if !(1..=MOST_VIDEOS).contains(&videos.len()) {
        fields.note("videos", &rule);
        fields.end();
        return Vec::new();
    }
    fields.end();
    let read = |(index, video)| NewVideo::read(video, &format!("videos[{index}]"), errors);
    videos.into_iter().enumerate().filter_map(read).collect()
}

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
    /// Reads one video of the body of `POST /videos`, which is at `path`. Notes everything that is wrong
    /// with it.
    fn read(video: Value, path: &str, errors: &mut Errors) -> Option<Self> {
        let mut fields = Fields::of(video, path, errors)?;
        let file_name = fields.required::<String>("fileName", rules::FILE_NAME);
        if file_name.as_deref().is_some_and(|name| !is_file_name(name)) {
            fields.note("fileName", rules::FILE_NAME);
        }
        let bytes = fields.required::<u64>("bytes", rules::BYTES);
        if bytes == Some(0) {
            fields.note("bytes", rules::BYTES);
        }
        let content_type = fields.optional::<String>("contentType", rules::CONTENT_TYPE);
        if content_type.as_deref().is_some_and(|kind| !is_media_type(kind)) {
            fields.note("contentType", rules::CONTENT_TYPE);
        }
        let extraction = extraction(&mut fields).unwrap_or_default();
        fields.end();
        Some(Self {
            file_name: file_name?,
            bytes: bytes?,
            content_type: content_type.unwrap_or_else(|| DEFAULT_TYPE.to_owned()),
            extraction,
        })
    }
}

/// Checks the body of `POST /videos/{id}/retry`: the options, where there are others than before.
pub(crate) fn retry(body: &[u8]) -> Result<Option<Extraction>, ApiError> {
    if body.is_empty() {
        return Ok(None);
    }
    let body = document::read(body).map_err(ApiError::Invalid)?;
    if body.is_null() {
        return Ok(None);
    }
    let mut errors = Errors::default();
    let extraction = Fields::of(body, "", &mut errors).and_then(|mut fields| {
        let extraction = extraction(&mut fields);
        fields.end();
        extraction
    });
    errors.end().map(|()| extraction).map_err(ApiError::Invalid)
}

/// Checks the form of the body of `PUT /webhook`: a URL, or some text in its place.
pub(crate) fn webhook_url(body: &[u8]) -> Result<String, ApiError> {
    let body = document::read(body).map_err(ApiError::Invalid)?;
    let mut errors = Errors::default();
    let url = Fields::of(body, "", &mut errors).and_then(|mut fields| {
        let url = fields.required::<String>("url", rules::URL);
        fields.end();
        url
    });
    errors.end().map_err(ApiError::Invalid)?;
    url.ok_or_else(|| ApiError::Invalid(vec![FieldError::new("url", rules::URL)]))
}

#[cfg(test)]
mod tests;
