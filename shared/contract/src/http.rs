//! The bodies of the HTTP API, shared by server and client.

#[cfg(feature = "openapi")]
use crate::schema;
use crate::{ExtractionOptions, FieldError, Upload, Video, object, time};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// `POST /videos`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateVideo {
    /// The file's name: 1 to 255 characters, at least one of them visible.
    #[cfg_attr(feature = "openapi", schema(schema_with = schema::file_name))]
    pub file_name: String,
    /// The file's exact length in bytes, 1 or more.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub bytes: u64,
    /// The file's media type by RFC 9110. Default: `application/octet-stream`. Ranges such as `video/*` are
    /// refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = schema::media_type))]
    pub content_type: Option<String>,
    /// The extraction options. Default: the `auto` choice of frames.
    #[serde(default, deserialize_with = "object::or_default")]
    #[cfg_attr(feature = "openapi", schema(required = false, value_type = Option<ExtractionOptions>))]
    pub extraction: ExtractionOptions,
}

/// `POST /videos` with several files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateVideos {
    /// The files, 1 to 20.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 20))]
    pub videos: Vec<CreateVideo>,
}

/// The answer to `POST /videos`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedVideo {
    /// The new record.
    pub video: Video,
    /// The upload of the file. Absent if the call is a repetition and the file has arrived since the first
    /// call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub upload: Option<Upload>,
}

/// The answer to `POST /videos` with several files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedVideos {
    /// The new records, in the order of the files.
    pub videos: Vec<CreatedVideo>,
}

/// One video, with links to its files if it has a result. In a list, `poster` is the only link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VideoView {
    /// The record.
    #[serde(flatten)]
    pub video: Video,
    /// The zip, if there is a result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub download: Option<Download>,
    /// The poster image, if there is a result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub poster: Option<Link>,
    /// The contact sheet, if the result has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub sheet: Option<Link>,
    /// The storyboard, if the result has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub storyboard: Option<StoryboardLinks>,
}

impl VideoView {
    /// Returns a video without links.
    pub fn bare(video: Video) -> Self {
        Self { video, download: None, poster: None, sheet: None, storyboard: None }
    }
}

/// A fresh link to an image or a text file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Link {
    /// The file's name in the zip.
    pub name: String,
    /// The presigned URL.
    pub url: String,
    /// The time at which the URL expires.
    #[serde(serialize_with = "time::serialize")]
    pub expires_at: Timestamp,
}

/// Fresh links to a storyboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoryboardLinks {
    /// The WebVTT file. It refers to the images by file name; replace the names with these URLs for a player.
    pub vtt: Link,
    /// The images, at most 1,000.
    pub images: Vec<Link>,
}

/// A fresh link to a zip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Download {
    /// The presigned URL.
    pub url: String,
    /// The time at which the URL expires.
    #[serde(serialize_with = "time::serialize")]
    pub expires_at: Timestamp,
    /// The zip's length.
    pub bytes: u64,
}

/// One page of `GET /videos`, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VideoPage {
    /// The videos, each with a link to its poster if it has a result.
    pub videos: Vec<VideoView>,
    /// The `cursor` of the next page; absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub cursor: Option<String>,
}

/// `POST /videos/{id}/retry`. An empty body counts as one without options.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RetryVideo {
    /// The extraction options, in place of all earlier ones. Default: the earlier options.
    #[serde(
        default,
        deserialize_with = "object::or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub extraction: Option<ExtractionOptions>,
}

/// `GET /config.json`: the settings that a client needs to sign a user in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct WebConfig {
    /// The AWS region.
    pub region: String,
    /// The Cognito user pool.
    pub user_pool_id: String,
    /// The user pool's app client.
    pub user_pool_client_id: String,
    /// The URL of Cognito's API.
    pub cognito_endpoint: String,
}

/// A problem detail (RFC 9457), sent as `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// The kind of problem, as a URI reference; `about:blank` adds nothing to the status.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Says what happened and what to do next.
    pub detail: String,
    /// The stable code that clients branch on.
    pub code: String,
    /// Every wrong field, for `invalid_request`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The request's id, if the failure is the server's: the log has it together with the cause.
    #[serde(default, rename = "requestId", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub request_id: Option<String>,
}
