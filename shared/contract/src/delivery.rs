//! Deliveries of events to users' webhooks: the event itself, the message on the queue and the entry in the
//! log.

use crate::{EventType, UserId, VideoId, WebhookEvent, WebhookEventData, message::Version, time};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// An event's id: `evt_` and a UUID of version 7, so that ids sort by time. Every delivery of an event has
/// the same id, so that receivers can ignore repetitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "openapi",
    schema(
        value_type = String,
        pattern = "^evt_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
    )
)]
#[serde(try_from = "String", into = "String")]
pub struct EventId(Uuid);

/// The prefix of all events' ids.
const PREFIX: &str = "evt_";

impl EventId {
    /// Returns a new id, greater than every id that this process made before.
    pub fn now() -> Self {
        Self(Uuid::now_v7())
    }

    /// Returns the id with this UUID.
    pub fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// Returns the UUID.
    pub fn uuid(self) -> Uuid {
        self.0
    }
}

/// The text is not an event's id.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the id of an event")]
pub struct InvalidEventId(String);

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.0)
    }
}

impl FromStr for EventId {
    type Err = InvalidEventId;

    fn from_str(text: &str) -> Result<Self, InvalidEventId> {
        let uuid = text.strip_prefix(PREFIX).and_then(|uuid| uuid.parse().ok()).map(Self);
        // one text for each id: the parser of UUIDs accepts other forms too
        uuid.filter(|id| id.to_string() == text).ok_or_else(|| InvalidEventId(text.to_owned()))
    }
}

impl TryFrom<String> for EventId {
    type Error = InvalidEventId;

    fn try_from(text: String) -> Result<Self, InvalidEventId> {
        text.parse()
    }
}

impl From<EventId> for String {
    fn from(id: EventId) -> Self {
        id.to_string()
    }
}

/// A message on `deliveries`: deliver an event. The rest is in the delivery's item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryMessage {
    #[serde(rename = "type")]
    kind: MessageKind,
    version: Version,
    /// The owner of the webhook.
    pub owner: UserId,
    /// The event to deliver.
    pub event: EventId,
}

impl DeliveryMessage {
    /// Returns the message that asks for this delivery.
    pub fn new(owner: UserId, event: EventId) -> Self {
        Self { kind: MessageKind::Delivery, version: Version::V1, owner, event }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MessageKind {
    Delivery,
}

/// A delivery of an event to the user's webhook, with all its attempts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// The event's id, which the receiver gets as `webhook-id`.
    pub id: EventId,
    /// The type of the event.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// The id of the video that the event is about. Absent in a test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub video: Option<VideoId>,
    /// The status of the delivery.
    pub status: DeliveryStatus,
    /// The time of the event.
    #[serde(serialize_with = "time::serialize")]
    pub created_at: Timestamp,
    /// The attempts, the oldest first. Those before a repeated delivery are kept.
    pub attempts: Vec<DeliveryAttempt>,
    /// The time of the next attempt, while the delivery is `pending`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "time::serialize_option"
    )]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub next_attempt_at: Option<Timestamp>,
}

impl Delivery {
    /// Returns the body of the request.
    pub fn event(&self) -> WebhookEvent {
        let data = WebhookEventData { id: self.video, status: self.kind.status() };
        WebhookEvent { kind: self.kind, timestamp: self.created_at, data }
    }
}

/// The status of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// An attempt is due or in progress.
    Pending,
    /// The receiver answered with 2xx.
    Delivered,
    /// The last attempt failed.
    Failed,
    /// There was no webhook, or it was switched off.
    Cancelled,
}

impl DeliveryStatus {
    /// Returns the name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether no further attempt follows.
    pub fn is_final(self) -> bool {
        self != Self::Pending
    }
}

impl fmt::Display for DeliveryStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One attempt to deliver an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeliveryAttempt {
    /// The time at which it began.
    #[serde(serialize_with = "time::serialize")]
    pub at: Timestamp,
    /// The receiver's HTTP status, if it answered; 3xx means a redirect that was not followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub status: Option<u16>,
    /// The reason why there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub error: Option<String>,
    /// The time until the answer or the failure, in milliseconds.
    pub duration_ms: u64,
}

impl DeliveryAttempt {
    /// Whether the receiver accepted the event.
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// `GET /webhook/deliveries`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryPage {
    /// The last 100 deliveries, newest first.
    pub deliveries: Vec<Delivery>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ID: &str = "evt_01990d2c-6a3e-7c51-9d0b-2f6c1a7be001";

    fn delivery(kind: EventType, video: Option<VideoId>) -> Delivery {
        Delivery {
            id: ID.parse().unwrap(),
            kind,
            video,
            status: DeliveryStatus::Pending,
            created_at: Timestamp::UNIX_EPOCH,
            attempts: Vec::new(),
            next_attempt_at: Some(Timestamp::UNIX_EPOCH),
        }
    }

    #[test]
    fn an_id_has_one_text() {
        let id: EventId = ID.parse().unwrap();
        assert_eq!(id.to_string(), ID);
        assert_eq!(EventId::from_uuid(id.uuid()), id);
        assert_eq!(serde_json::to_value(id).unwrap(), ID);
        assert_eq!(serde_json::from_value::<EventId>(json!(ID)).unwrap(), id);
        let bare = ID.trim_start_matches(PREFIX);
        let upper = format!("{PREFIX}{}", bare.to_uppercase());
        for text in ["", "evt_", bare, &upper, &format!("{ID}0")] {
            assert!(text.parse::<EventId>().is_err(), "{text}");
        }
        assert!(EventId::now() < EventId::now());
    }

    #[test]
    fn an_event_is_thin() {
        let video: VideoId = "01990d2c-6a3e-7c51-9d0b-2f6c1a7be002".parse().unwrap();
        let event = delivery(EventType::VideoReady, Some(video)).event();
        let text = serde_json::to_string(&event).unwrap();
        let data = format!(r#"{{"id":"{video}","status":"ready"}}"#);
        let start = r#"{"type":"video.ready","timestamp":"1970-01-01T00:00:00.000Z","data":"#;
        assert_eq!(text, format!("{start}{data}}}"));
        let test = serde_json::to_value(delivery(EventType::WebhookTest, None).event()).unwrap();
        assert_eq!(test["data"], json!({}));
        for kind in EventType::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }

    #[test]
    fn a_message_is_tagged_and_versioned() {
        let owner = UserId::try_from("u".to_owned()).unwrap();
        let message = DeliveryMessage::new(owner, ID.parse().unwrap());
        let json = serde_json::to_value(&message).unwrap();
        let expected = json!({ "type": "delivery", "version": "1", "owner": "u", "event": ID });
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_value::<DeliveryMessage>(json).unwrap(), message);
        let newer = json!({ "type": "delivery", "version": "2", "owner": "u", "event": ID });
        assert!(serde_json::from_value::<DeliveryMessage>(newer).is_err());
    }

    #[test]
    fn a_delivery_round_trips() {
        let attempt = DeliveryAttempt {
            at: Timestamp::UNIX_EPOCH,
            status: Some(503),
            error: None,
            duration_ms: 12,
        };
        let mut delivery = delivery(EventType::WebhookTest, None);
        delivery.attempts.push(attempt);
        let json = serde_json::to_value(&delivery).unwrap();
        assert_eq!(json["nextAttemptAt"], "1970-01-01T00:00:00.000Z");
        assert!(
            json.get("video").is_none() && json["attempts"][0].get("error").is_none(),
            "{json}"
        );
        assert_eq!(serde_json::from_value::<Delivery>(json).unwrap(), delivery);
    }

    #[test]
    fn only_2xx_is_a_success() {
        for (status, expected) in
            [(None, false), (Some(199), false), (Some(204), true), (Some(302), false)]
        {
            let at = Timestamp::UNIX_EPOCH;
            let attempt = DeliveryAttempt { at, status, error: None, duration_ms: 0 };
            assert_eq!(attempt.is_success(), expected, "{status:?}");
        }
    }
}
