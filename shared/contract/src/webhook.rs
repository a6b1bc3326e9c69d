//! A user's webhook: the URL for events about their videos, and the secret that signs them.

use crate::time;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// `PUT /webhook`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetWebhook {
    /// The URL for events: at most 2,048 characters, https, on the public internet, without user, password
    /// and fragment.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 2048))]
    pub url: String,
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

/// The answer to `POST /webhook/test`: the receiver's response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct WebhookTest {
    /// The receiver's HTTP status.
    pub status: u16,
    /// The time until the response, in milliseconds.
    pub duration_ms: u64,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_shows_in_the_answer_only() {
        let webhook = Webhook {
            url: "https://example.com/".to_owned(),
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
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
            })
        );
    }
}
