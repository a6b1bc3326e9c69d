//! Deliveries over a real socket, with a table of mocked answers.

use super::*;
use crate::sender::WebhookSender;
use aws_sdk_dynamodb::{
    Client,
    operation::{
        get_item::GetItemOutput,
        update_item::{UpdateItemError, UpdateItemInput, UpdateItemOutput},
    },
    types::{AttributeValue, error::ConditionalCheckFailedException},
};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use framezip_contract::WebhookSecret;
use framezip_runtime::{
    sqs::QueueConsumer,
    webhook::{Reach, new_secret, sign},
};
use framezip_store::Videos;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

const ID: &str = "evt_01990d2c-6a3e-7c51-9d0b-2f6c1a7be001";
const VIDEO: &str = "01990d2c-6a3e-7c51-9d0b-2f6c1a7be002";

type TableItem = HashMap<String, AttributeValue>;

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn named<const N: usize>(values: [(&str, AttributeValue); N]) -> TableItem {
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A pending delivery whose next attempt is due in some seconds.
fn stored_delivery(tries: i64, due_in: i64) -> TableItem {
    let now = Timestamp::now();
    let due = now + SignedDuration::from_secs(due_in);
    named([
        ("id", text(ID)),
        ("type", text("video.ready")),
        ("video", text(VIDEO)),
        ("deliveryStatus", text("pending")),
        ("createdAt", text("2026-11-21T12:00:00.123Z")),
        ("attempts", AttributeValue::L(Vec::new())),
        ("nextAttemptAt", text(&framezip_contract::format_time(due))),
        ("tries", number(tries)),
        ("expiresAt", number(now.as_second() + 1000)),
    ])
}

fn stored_webhook(url: &str, secrets: &[WebhookSecret; 2]) -> TableItem {
    let until = framezip_contract::format_time(Timestamp::now() + SignedDuration::from_secs(60));
    named([
        ("url", text(url)),
        ("secret", text(secrets[0].as_str())),
        ("previousSecret", text(secrets[1].as_str())),
        ("previousSecretUntil", text(&until)),
        ("email", text("a@example.com")),
        ("createdAt", text("2026-11-21T12:00:00.000Z")),
        ("updatedAt", text("2026-11-21T12:00:00.000Z")),
    ])
}

/// The writes to the table, in order. Claims are granted with this delivery.
#[derive(Clone, Default)]
struct Writes(Arc<Mutex<Vec<UpdateItemInput>>>);

impl Writes {
    fn rule(&self, delivery: TableItem) -> Rule {
        let seen = self.clone();
        mock!(Client::update_item).then_compute_output(move |request| {
            seen.0.lock().unwrap().push(request.clone());
            UpdateItemOutput::builder().set_attributes(Some(delivery.clone())).build()
        })
    }

    /// Returns the first two words of each update, without claims and counts.
    fn names(&self) -> Vec<String> {
        let writes = self.0.lock().unwrap();
        let names = writes.iter().map(|write| {
            let words = write.update_expression().unwrap().split_whitespace();
            words.take(2).collect::<Vec<_>>().join(" ")
        });
        names.filter(|name| name != "SET lease" && !name.starts_with("ADD ")).collect()
    }

    /// Returns a value of the last write.
    fn last(&self, placeholder: &str) -> AttributeValue {
        let writes = self.0.lock().unwrap();
        writes.last().unwrap().expression_attribute_values().unwrap()[placeholder].clone()
    }
}

fn deliverer(rules: &[&Rule]) -> Deliverer {
    let sqs = mock_client!(aws_sdk_sqs, RuleMode::MatchAny, [] as [&Rule; 0]);
    Deliverer {
        videos: Videos::new(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, rules), "Videos"),
        sender: WebhookSender::new(Reach::Anywhere),
        deliveries: QueueConsumer::new(sqs, "http://sqs/1/deliveries".to_owned(), Duration::ZERO),
    }
}

async fn run(rules: &[&Rule]) -> Result<(), HandlerError> {
    let owner = UserId::try_from("owner".to_owned()).unwrap();
    let message = DeliveryMessage::new(owner, ID.parse().unwrap());
    let received = ReceivedMessage { message_id: "message".to_owned(), receive_count: 1 };
    deliver(&deliverer(rules), message, received).await
}

/// Returns the pause before the next delivery of the message.
fn pause(result: Result<(), HandlerError>) -> Duration {
    let error = result.expect_err("the message stays on the queue");
    error.downcast_ref::<Later>().expect("it is due later").0
}

fn found(item: TableItem) -> Rule {
    mock!(Client::get_item)
        .then_output(move || GetItemOutput::builder().set_item(Some(item.clone())).build())
}

/// Delivers to a receiver that answers with this status. Returns the result, the writes and the request.
async fn answered(
    status: u16,
    tries: i64,
    secrets: &[WebhookSecret; 2],
    state: TableItem,
) -> (Result<(), HandlerError>, Writes, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let receiver = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"}}") {
            socket.read_buf(&mut request).await.unwrap();
        }
        let answer = format!("HTTP/1.1 {status} \r\ncontent-length: 0\r\n\r\n");
        socket.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(request).unwrap()
    });
    let mut webhook = stored_webhook(&url, secrets);
    webhook.extend(state);
    let writes = Writes::default();
    let result = run(&[&writes.rule(stored_delivery(tries, 0)), &found(webhook)]).await;
    (result, writes, receiver.await.unwrap())
}

fn secrets() -> [WebhookSecret; 2] {
    [new_secret().unwrap(), new_secret().unwrap()]
}

fn failing_for(days: i64) -> TableItem {
    let since = Timestamp::now() - SignedDuration::from_hours(days * 24);
    named([("failingSince", text(&framezip_contract::format_time(since)))])
}

#[tokio::test]
async fn an_accepted_event_is_delivered() {
    let secrets = secrets();
    let (result, writes, request) = answered(204, 3, &secrets, TableItem::new()).await;
    result.unwrap();
    assert_eq!(writes.names(), ["SET attempts"]);
    assert_eq!(writes.last(":status"), text("delivered"));
    let AttributeValue::L(attempts) = writes.last(":attempt") else { panic!("a list") };
    assert_eq!(attempts[0].as_m().unwrap()["status"], number(204));

    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let start = r#"{"type":"video.ready","timestamp":"2026-11-21T12:00:00.123Z","data":"#;
    let expected = format!(r#"{start}{{"id":"{VIDEO}","status":"ready"}}}}"#);
    assert_eq!(body, expected);
    let header = |name: &str| {
        let found = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        found.unwrap_or_default().to_owned()
    };
    assert_eq!(header("webhook-id"), ID);
    let time = header("webhook-timestamp").parse().unwrap();
    let signatures = secrets.map(|secret| sign(&secret, ID, time, body).unwrap());
    assert_eq!(header("webhook-signature"), signatures.join(" "));
}

#[tokio::test]
async fn a_success_ends_the_failures_of_a_webhook() {
    let (result, writes, _) = answered(200, 0, &secrets(), failing_for(1)).await;
    result.unwrap();
    assert_eq!(writes.names(), ["REMOVE failingSince", "SET attempts"]);
}

#[tokio::test]
async fn a_refused_event_is_due_again_after_a_delay() {
    for (tries, delay) in [(0, 5), (5, 36_000)] {
        let (result, writes, _) = answered(500, tries, &secrets(), TableItem::new()).await;
        let pause = pause(result).as_secs_f64();
        assert!((pause - f64::from(delay)).abs() < 2.0, "{pause}");
        assert_eq!(writes.names(), ["SET failingSince", "SET attempts"]);
        let next: Timestamp = writes.last(":next").as_s().unwrap().parse().unwrap();
        let wait = next.duration_since(Timestamp::now()).as_secs_f64();
        assert!((wait - f64::from(delay)).abs() < 2.0, "{wait}");
    }
    // a redirect is not followed, and the last attempt has no delay after it
    let (result, writes, _) = answered(302, 6, &secrets(), failing_for(1)).await;
    result.unwrap();
    assert_eq!(writes.names(), ["SET attempts"]);
    assert_eq!(writes.last(":status"), text("failed"));
}

#[tokio::test]
async fn a_webhook_is_switched_off_by_410_or_five_days_of_failures() {
    for (status, state) in [(410, TableItem::new()), (500, failing_for(6))] {
        let (result, writes, _) = answered(status, 0, &secrets(), state).await;
        result.unwrap();
        assert_eq!(writes.names(), ["SET disabledAt", "SET attempts"], "{status}");
        assert_eq!(writes.last(":status"), text("failed"));
    }
}

#[tokio::test]
async fn a_connection_error_is_an_attempt() {
    let writes = Writes::default();
    let webhook = stored_webhook("http://127.0.0.1:1/", &secrets());
    let result = run(&[&writes.rule(stored_delivery(0, 0)), &found(webhook)]).await;
    assert!(pause(result) <= Duration::from_secs(5));
    let AttributeValue::L(attempts) = writes.last(":attempt") else { panic!("a list") };
    let attempt = attempts[0].as_m().unwrap();
    assert!(attempt["error"].as_s().unwrap().starts_with("The connection failed"), "{attempt:?}");
    assert!(!attempt.contains_key("status"), "{attempt:?}");
}

#[tokio::test]
async fn without_a_webhook_a_delivery_is_cancelled() {
    let off = named([("disabledAt", text("2026-11-22T12:00:00.000Z"))]);
    let mut disabled = stored_webhook("http://127.0.0.1:1/", &secrets());
    disabled.extend(off);
    let none = mock!(Client::get_item).then_output(|| GetItemOutput::builder().build());
    for webhook in [none, found(disabled)] {
        let writes = Writes::default();
        run(&[&writes.rule(stored_delivery(0, 0)), &webhook]).await.unwrap();
        assert_eq!(writes.names(), ["SET deliveryStatus"]);
        assert_eq!(writes.last(":status"), text("cancelled"));
    }
}

#[tokio::test]
async fn a_message_waits_until_its_delivery_is_due() {
    let refused = |item: Option<TableItem>| {
        mock!(Client::update_item).then_error(move || {
            let refused = ConditionalCheckFailedException::builder().set_item(item.clone());
            UpdateItemError::ConditionalCheckFailedException(refused.build())
        })
    };
    let wait = pause(run(&[&refused(Some(stored_delivery(1, 300)))]).await);
    assert!((295..=300).contains(&wait.as_secs()), "{wait:?}");
    let mut final_one = stored_delivery(1, 300);
    final_one.insert("deliveryStatus".to_owned(), text("delivered"));
    for over in [None, Some(final_one), Some(stored_delivery(0, 0))] {
        run(&[&refused(over)]).await.unwrap();
    }
}
