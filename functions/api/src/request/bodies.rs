//! Parses the bodies of requests.

use super::{document, field_errors::FieldErrors, fields::Fields, options::extraction};
use crate::problem::ApiError;
use framezip_contract::{
    Extraction, FieldError, Limits, MailPreferences, MailScope, SetWebhook, is_file_name,
    is_media_type, rules,
};
use serde_json::Value;

/// The maximum number of videos that one call creates.
const MAX_VIDEOS: usize = 20;

/// The body of `POST /videos`.
#[derive(Debug, PartialEq)]
pub(crate) struct NewVideos {
    pub(crate) videos: Vec<NewVideo>,
    pub(crate) form: CreationForm,
}

/// The form of a body of `POST /videos`. The answer has the same form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CreationForm {
    /// One video.
    Single,
    /// A list of videos.
    List,
}

impl NewVideos {
    /// Parses the body of `POST /videos`: one video, or several in `videos`.
    pub(crate) fn parse(body: &[u8], limits: &Limits) -> Result<Self, ApiError> {
        let new = Self::read(body).map_err(ApiError::Invalid)?;
        let limit = limits.upload_bytes;
        match new.videos.iter().position(|video| video.bytes > limit) {
            None => Ok(new),
            Some(index) => {
                let which = match new.form {
                    CreationForm::Single => String::new(),
                    CreationForm::List => format!("videos[{index}]: "),
                };
                Err(ApiError::TooLarge(format!("{which}A file may have at most {limit} bytes.")))
            }
        }
    }

    fn read(body: &[u8]) -> Result<Self, Vec<FieldError>> {
        let body = document::read(body)?;
        let mut errors = FieldErrors::default();
        let (form, videos) = if body.get("videos").is_some() {
            (CreationForm::List, several(body, &mut errors))
        } else {
            let video = NewVideo::read(body, "", &mut errors);
            (CreationForm::Single, video.into_iter().collect())
        };
        errors.into_result().map(|()| Self { videos, form })
    }
}

/// Reads several videos. Leaves out invalid ones and adds their errors.
fn several(body: Value, errors: &mut FieldErrors) -> Vec<NewVideo> {
    let rule = format!("must be a list of 1 to {MAX_VIDEOS} videos");
    let Some(mut fields) = Fields::new(body, "", errors) else { return Vec::new() };
    let videos = fields.required::<Vec<Value>>("videos", &rule).unwrap_or_default();
    if !(1..=MAX_VIDEOS).contains(&videos.len()) {
        fields.add_error("videos", &rule);
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
    /// Reads the video at `path` in the body of `POST /videos`. Adds an error for each invalid field.
    fn read(video: Value, path: &str, errors: &mut FieldErrors) -> Option<Self> {
        let mut fields = Fields::new(video, path, errors)?;
        let file_name = fields.required::<String>("fileName", rules::FILE_NAME);
        if file_name.as_deref().is_some_and(|name| !is_file_name(name)) {
            fields.add_error("fileName", rules::FILE_NAME);
        }
        let bytes = fields.required::<u64>("bytes", rules::BYTES);
        if bytes == Some(0) {
            fields.add_error("bytes", rules::BYTES);
        }
        let content_type = fields.optional::<String>("contentType", rules::CONTENT_TYPE);
        if content_type.as_deref().is_some_and(|kind| !is_media_type(kind)) {
            fields.add_error("contentType", rules::CONTENT_TYPE);
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

/// Parses the body of `POST /videos/{id}/retry`: the new options, if there are any.
pub(crate) fn retry(body: &[u8]) -> Result<Option<Extraction>, ApiError> {
    if body.is_empty() {
        return Ok(None);
    }
    let body = document::read(body).map_err(ApiError::Invalid)?;
    if body.is_null() {
        return Ok(None);
    }
    let mut errors = FieldErrors::default();
    let extraction = Fields::new(body, "", &mut errors).and_then(|mut fields| {
        let extraction = extraction(&mut fields);
        fields.end();
        extraction
    });
    errors.into_result().map(|()| extraction).map_err(ApiError::Invalid)
}

/// Parses the body of `PUT /mail`.
pub(crate) fn mail_preferences(body: &[u8]) -> Result<MailPreferences, ApiError> {
    let body = document::read(body).map_err(ApiError::Invalid)?;
    let mut errors = FieldErrors::default();
    let read = Fields::new(body, "", &mut errors).and_then(|mut fields| {
        let mail = fields.required::<MailScope>("mail", rules::MAIL);
        let reminder = fields.optional::<bool>("expiryReminder", rules::SWITCH);
        fields.end();
        let expiry_reminder = reminder.unwrap_or_default();
        mail.map(|mail| MailPreferences { mail, expiry_reminder })
    });
    errors.into_result().map_err(ApiError::Invalid)?;
    read.ok_or_else(|| ApiError::invalid("mail", rules::MAIL))
}

/// Parses the body of `PUT /webhook`. The text in `url` may not be a valid URL.
pub(crate) fn set_webhook(body: &[u8]) -> Result<SetWebhook, ApiError> {
    let body = document::read(body).map_err(ApiError::Invalid)?;
    let mut errors = FieldErrors::default();
    let read = Fields::new(body, "", &mut errors).and_then(|mut fields| {
        let url = fields.required::<String>("url", rules::URL);
        let expires = fields.optional::<bool>("expirePreviousSecret", rules::SWITCH);
        fields.end();
        let expire_previous_secret = expires.unwrap_or_default();
        url.map(|url| SetWebhook { url, expire_previous_secret })
    });
    errors.into_result().map_err(ApiError::Invalid)?;
    read.ok_or_else(|| ApiError::invalid("url", rules::URL))
}

#[cfg(test)]
mod tests;
