//! Webhooks, in a table in memory.

use super::{
    deliveries::{START, set_time, table},
    memory_table::{MemoryTable, Value},
    owner,
};
use crate::{
    Due, NewWebhook, PreviousSecret, StoredWebhook, Turn, Videos, WebhookAction, WebhookChange,
    WebhookHealth,
};
use framezip_contract::{Locale, ReminderSubject, VideoId, WebhookSecret};
use jiff::Timestamp;
use std::time::Duration;

const HOUR: i64 = 60 * 60;

fn secret(text: &str) -> WebhookSecret {
    WebhookSecret::new(format!("whsec_{text}"))
}

async fn set(videos: &Videos, text: &str, previous_secret: PreviousSecret) -> WebhookChange {
    let secret = secret(text);
    let new = NewWebhook {
        url: "https://a.example/",
        secret: &secret,
        previous_secret,
        email: "a@example.com",
        locale: Locale::PtBr,
    };
    videos.set_webhook(&owner(), new).await.unwrap()
}

async fn stored(videos: &Videos) -> StoredWebhook {
    videos.webhook(&owner()).await.unwrap().unwrap()
}

fn attribute(table: &MemoryTable, name: &str) -> Option<Value> {
    let key = ("webhook#owner".to_owned(), "webhook".to_owned());
    table.items().get(&key)?.get(name).cloned()
}

fn after(seconds: i64) -> Timestamp {
    Timestamp::from_second(START + seconds).unwrap()
}

#[tokio::test]
async fn a_webhook_round_trips_with_its_secret() {
    let (videos, _) = table();
    assert_eq!(videos.webhook(&owner()).await.unwrap(), None);
    let change = set(&videos, "a", PreviousSecret::ExpiresLater).await;
    let found = stored(&videos).await;
    assert_eq!(change, WebhookChange::Created(found.webhook.clone()));
    assert_eq!(
        (found.webhook.url.as_str(), found.webhook.created_at),
        ("https://a.example/", after(0))
    );
    assert_eq!((found.email.as_str(), found.locale), ("a@example.com", Locale::PtBr));
    assert_eq!(found.secrets(), [&secret("a")]);
    assert_eq!(found.webhook.previous_secret_until, None);
    for _ in 0..2 {
        videos.delete_webhook(&owner()).await.unwrap();
    }
    assert_eq!(videos.webhook(&owner()).await.unwrap(), None);
}

#[tokio::test]
async fn both_secrets_sign_for_a_day() {
    let (videos, _) = table();
    set(&videos, "a", PreviousSecret::ExpiresLater).await;
    set_time(10);
    // a request that the SDK repeats changes nothing
    for _ in 0..2 {
        let change = set(&videos, "b", PreviousSecret::ExpiresLater).await;
        let found = stored(&videos).await;
        assert_eq!(change, WebhookChange::Replaced(found.webhook.clone()));
        assert_eq!((found.webhook.created_at, found.webhook.updated_at), (after(0), after(10)));
        assert_eq!(found.secrets(), [&secret("b"), &secret("a")]);
        assert_eq!(found.webhook.previous_secret_until, Some(after(10 + 24 * HOUR)));
    }
    set_time(10 + 24 * HOUR);
    let found = stored(&videos).await;
    assert_eq!(found.secrets(), [&secret("b")]);
    assert_eq!(found.webhook.previous_secret_until, None);
    set(&videos, "c", PreviousSecret::ExpiresLater).await;
    assert_eq!(stored(&videos).await.secrets(), [&secret("c"), &secret("b")]);
}

#[tokio::test]
async fn a_leaked_secret_expires_at_once() {
    let (videos, table) = table();
    for (text, previous) in [
        ("a", PreviousSecret::ExpiresNow),
        ("b", PreviousSecret::ExpiresLater),
        ("c", PreviousSecret::ExpiresNow),
    ] {
        set(&videos, text, previous).await;
    }
    assert_eq!(stored(&videos).await.secrets(), [&secret("c")]);
    assert_eq!(attribute(&table, "previousSecret"), None);
    assert_eq!(attribute(&table, "previousSecretUntil"), None);
}

#[tokio::test]
async fn five_days_of_failures_switch_a_webhook_off() {
    let (videos, table) = table();
    set(&videos, "a", PreviousSecret::ExpiresNow).await;
    for days in 0..5 {
        set_time(days * 24 * HOUR);
        let seen = stored(&videos).await.webhook;
        let health = videos.webhook_failed(&owner(), &seen).await.unwrap();
        assert_eq!(health, WebhookHealth::Failing);
        assert_eq!(stored(&videos).await.webhook.failing_since, Some(after(0)));
    }
    set_time(5 * 24 * HOUR);
    let seen = stored(&videos).await.webhook;
    let health = videos.webhook_failed(&owner(), &seen).await.unwrap();
    assert_eq!(health, WebhookHealth::SwitchedOff);
    // a second message about the same failure
    let again = videos.webhook_failed(&owner(), &seen).await.unwrap();
    assert_eq!(again, WebhookHealth::Failing);
    assert_eq!(stored(&videos).await.webhook.disabled_at, Some(after(5 * 24 * HOUR)));
    assert_eq!(videos.due(10).await.unwrap(), [Due::Webhook(owner())]);
    assert!(videos.postpone_webhook_notice(&owner()).await.unwrap());
    assert!(!videos.postpone_webhook_notice(&owner()).await.unwrap());
    assert!(videos.webhook_off_notice_sent(&owner()).await.unwrap());
    assert!(!videos.webhook_off_notice_sent(&owner()).await.unwrap());
    assert_eq!((attribute(&table, "check"), attribute(&table, "checkAt")), (None, None));
    set(&videos, "b", PreviousSecret::ExpiresNow).await;
    let webhook = stored(&videos).await.webhook;
    assert_eq!((webhook.failing_since, webhook.disabled_at), (None, None));
    assert_eq!(attribute(&table, "offNoticeSentAt"), None);
}

#[tokio::test]
async fn one_of_two_handlers_sends_a_mail() {
    let (videos, _) = table();
    let claim = async |about| videos.claim_reminder(&owner(), about).await.unwrap();
    let expiry = ReminderSubject::Expiry(VideoId::now());
    assert!(claim(ReminderSubject::WebhookOff).await);
    assert!(!claim(ReminderSubject::WebhookOff).await);
    assert!(claim(expiry).await, "another mail");
    set_time(59);
    assert!(!claim(expiry).await);
    set_time(60);
    assert!(claim(expiry).await, "the first handler has failed");
}

#[tokio::test]
async fn a_success_ends_the_days_of_failures() {
    let (videos, _) = table();
    set(&videos, "a", PreviousSecret::ExpiresNow).await;
    let seen = stored(&videos).await.webhook;
    videos.webhook_works(&owner(), &seen).await.unwrap();
    assert_eq!(stored(&videos).await.webhook, seen);
    videos.webhook_failed(&owner(), &seen).await.unwrap();
    let failing = stored(&videos).await.webhook;
    videos.webhook_works(&owner(), &failing).await.unwrap();
    assert_eq!(stored(&videos).await.webhook, seen);
    set_time(6 * 24 * HOUR);
    let health = videos.webhook_failed(&owner(), &failing).await.unwrap();
    assert_eq!(health, WebhookHealth::Failing, "the success came after it was seen");
}

#[tokio::test]
async fn a_webhook_that_was_set_again_is_left_alone() {
    let (videos, table) = table();
    set(&videos, "a", PreviousSecret::ExpiresNow).await;
    let seen = stored(&videos).await.webhook;
    set_time(1);
    set(&videos, "b", PreviousSecret::ExpiresNow).await;
    assert!(!videos.disable_webhook(&owner(), &seen).await.unwrap());
    videos.webhook_failed(&owner(), &seen).await.unwrap();
    let current = stored(&videos).await.webhook;
    assert_eq!((current.failing_since, current.disabled_at), (None, None));
    assert!(videos.disable_webhook(&owner(), &current).await.unwrap());
    assert!(!videos.disable_webhook(&owner(), &current).await.unwrap());
    assert_eq!(videos.due(10).await.unwrap(), [Due::Webhook(owner())]);
    // no step creates the item of a webhook that is gone
    videos.delete_webhook(&owner()).await.unwrap();
    videos.webhook_failed(&owner(), &current).await.unwrap();
    videos.webhook_works(&owner(), &current).await.unwrap();
    assert!(!videos.disable_webhook(&owner(), &current).await.unwrap());
    assert!(!videos.webhook_off_notice_sent(&owner()).await.unwrap());
    assert!(!videos.postpone_webhook_notice(&owner()).await.unwrap());
    assert!(table.items().is_empty());
}

#[tokio::test]
async fn calls_are_limited_by_the_hour() {
    let (videos, _) = table();
    let take = async |action| videos.take_turn(&owner(), action).await.unwrap();
    set_time(HOUR - 60 - START.rem_euclid(HOUR));
    for (action, most) in [(WebhookAction::Set, 20), (WebhookAction::Send, 30)] {
        for turn in 0..most {
            assert_eq!(take(action).await, Turn::Granted, "{turn}");
        }
        assert_eq!(take(action).await, Turn::Refused(Duration::from_secs(60)));
    }
    set_time(HOUR - START.rem_euclid(HOUR));
    assert_eq!(take(WebhookAction::Set).await, Turn::Granted);
}
