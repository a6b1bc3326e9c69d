//! A user's webhook: the URL for events about their videos, the secret that signs them, and the events.

use crate::{VideoId, time};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// `PUT /webhook`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetWebhook {
    /// The URL for events: at most 2,048 characters, https, on the public internet, without user, password
    /// and fragment.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 2048))]
    pub url: String,
    /// Whether the previous secret signs nothing from now on, for example because it leaked. Default: no, it
    /// signs events for another 24 hours, together with the new one.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<bool>))]
    pub expire_previous_secret: bool,
}

impl From<&str> for SetWebhook {
    /// Returns the request for this URL. The previous secret signs for another day.
    fn from(url: &str) -> Self {
        Self { url: url.to_owned(), expire_previous_secret: false }
    }
}

/// `GET /webhook`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// The URL for events, in normal form.
    pub url: String,
    /// The time at which the user first set a webhook.
    #[serde(serialize_with = "time::serialize")]
    pub created_at: Timestamp,
    /// The time at which URL and secret were last set.
    #[serde(serialize_with = "time::serialize")]
    pub updated_at: Timestamp,
    /// The time until which the previous secret signs events too, during a rotation.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "time::serialize_option"
    )]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub previous_secret_until: Option<Timestamp>,
    /// The time since which every attempt to deliver an event has failed, if the last one did.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "time::serialize_option"
    )]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub failing_since: Option<Timestamp>,
    /// The time at which the webhook was switched off, after five days of failures or because the receiver
    /// answered 410. `PUT /webhook` switches it on again.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "time::serialize_option"
    )]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub disabled_at: Option<Timestamp>,
}

/// The answer to `PUT /webhook`, the only answer that contains the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookWithSecret {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// The secret that signs events.
    pub secret: WebhookSecret,
}

/// A secret that signs events, in the form of Standard Webhooks: `whsec_` and the key in base64. Its debug
/// form hides it from logs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct WebhookSecret(String);

impl WebhookSecret {
    /// Returns the secret with this text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the text. Keep it out of logs.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

/// The type of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EventType {
    /// The frames of a video are ready.
    #[serde(rename = "video.ready")]
    VideoReady,
    /// An attempt at a video failed.
    #[serde(rename = "video.failed")]
    VideoFailed,
    /// A video was deleted by its owner.
    #[serde(rename = "video.deleted")]
    VideoDeleted,
    /// A test, about no video.
    #[serde(rename = "webhook.test")]
    WebhookTest,
}

impl EventType {
    /// All types.
    pub const ALL: [Self; 4] =
        [Self::VideoReady, Self::VideoFailed, Self::VideoDeleted, Self::WebhookTest];

    /// Returns the name in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VideoReady => "video.ready",
            Self::VideoFailed => "video.failed",
            Self::VideoDeleted => "video.deleted",
            Self::WebhookTest => "webhook.test",
        }
    }

    /// Returns the status of the video in events of this type.
    pub fn status(self) -> Option<EventStatus> {
        match self {
            Self::VideoReady => Some(EventStatus::Ready),
            Self::VideoFailed => Some(EventStatus::Failed),
            Self::VideoDeleted => Some(EventStatus::Deleted),
            Self::WebhookTest => None,
        }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The status of a video in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// The zip is stored.
    Ready,
    /// There is no new zip.
    Failed,
    /// The video and its zips are gone.
    Deleted,
}

/// The body of a request to a webhook. It contains no links: `GET /videos/{id}` returns fresh ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookEvent {
    /// The type of the event.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// The time of the event, the same in every delivery.
    #[serde(serialize_with = "time::serialize")]
    pub timestamp: Timestamp,
    /// The video; an empty object in a test.
    pub data: WebhookEventData,
}

/// The video that an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookEventData {
    /// The video's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub id: Option<VideoId>,
    /// The video's status at the time of the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub status: Option<EventStatus>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_shows_in_the_answer_only() {
        let webhook = Webhook {
            url: "https://example.com/".to_owned(),
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            previous_secret_until: None,
            failing_since: None,
            disabled_at: Some(Timestamp::UNIX_EPOCH),
        };
        let secret = WebhookSecret::new("whsec_abc".to_owned());
        let with_secret = WebhookWithSecret { webhook, secret };
        assert!(!format!("{with_secret:?}").contains("abc"));
        let json = serde_json::to_value(with_secret).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "url": "https://example.com/", "secret": "whsec_abc",
                "createdAt": "1970-01-01T00:00:00.000Z",
                "updatedAt": "1970-01-01T00:00:00.000Z",
                "disabledAt": "1970-01-01T00:00:00.000Z",
            })
        );
    }

    #[test]
    fn the_previous_secret_signs_on_by_default() {
        let read = |text| serde_json::from_str::<SetWebhook>(text).unwrap();
        assert!(!read(r#"{"url":"x"}"#).expire_previous_secret);
        assert!(read(r#"{"url":"x","expirePreviousSecret":true}"#).expire_previous_secret);
    }
}
