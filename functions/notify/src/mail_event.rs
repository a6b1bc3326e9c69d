//! Bounces and complaints, which SES publishes.

use crate::notifier::Notifier;
use framezip_contract::{MailBlockReason, UserId};
use framezip_runtime::{masked, metric, sqs::HandlerError};
use framezip_store::MailBlock;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::HashMap;

/// An event of SES about a mail: "Examples of event data that Amazon SES publishes to Amazon SNS" in its developer guide.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MailEvent {
    event_type: String,
    mail: SentMail,
    #[serde(default)]
    bounce: Option<Bounce>,
    #[serde(default)]
    complaint: Option<Complaint>,
}

#[derive(Debug, Deserialize)]
struct SentMail {
    destination: Vec<String>,
    /// The tags of the mail. `user` is its receiver.
    #[serde(default)]
    tags: HashMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    bounce_type: String,
    timestamp: Timestamp,
}

#[derive(Debug, Deserialize)]
struct Complaint {
    timestamp: Timestamp,
}

impl MailEvent {
    /// Returns the reason for which no more mail may be sent, with its time. A full mailbox is none.
    fn block(&self) -> Option<(MailBlockReason, Timestamp)> {
        match (&self.bounce, &self.complaint) {
            (Some(bounce), _) if bounce.bounce_type == "Permanent" => {
                Some((MailBlockReason::Bounce, bounce.timestamp))
            }
            (_, Some(complaint)) => Some((MailBlockReason::Complaint, complaint.timestamp)),
            _ => None,
        }
    }
}

/// Stops mails to an address that bounced or complained.
pub(crate) async fn handle(notifier: &Notifier, event: MailEvent) -> Result<(), HandlerError> {
    let user = event.mail.tags.get("user").and_then(|users| users.first()?.clone().try_into().ok());
    let user: Option<UserId> = user;
    let (Some(user), Some((reason, at)), Some(email)) =
        (user, event.block(), event.mail.destination.first())
    else {
        tracing::info!(event.kind = event.event_type, "ignored an event about a mail");
        return Ok(());
    };
    let block = MailBlock { email: email.clone(), reason, at };
    notifier.videos.block_mail(&user, &block).await?;
    tracing::warn!(user.id = %user, email = masked(email), "stopped mails to an address");
    metric::count("AddressesBlocked");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(json: serde_json::Value) -> MailEvent {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn only_permanent_bounces_and_complaints_block() {
        let mail = json!({ "destination": ["a@example.com"], "tags": { "user": ["u"] } });
        let at: Timestamp = "2026-11-28T00:00:00Z".parse().unwrap();
        let bounce = |kind| {
            event(json!({ "eventType": "Bounce", "mail": mail,
                "bounce": { "bounceType": kind, "timestamp": at.to_string() } }))
        };
        assert_eq!(bounce("Permanent").block(), Some((MailBlockReason::Bounce, at)));
        assert_eq!(bounce("Transient").block(), None);
        let complaint = event(json!({ "eventType": "Complaint", "mail": mail,
            "complaint": { "timestamp": at.to_string() } }));
        assert_eq!(complaint.block(), Some((MailBlockReason::Complaint, at)));
        assert_eq!(event(json!({ "eventType": "Delivery", "mail": mail })).block(), None);
    }
}
