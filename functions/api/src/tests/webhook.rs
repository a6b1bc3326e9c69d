//! `/webhook` and its deliveries.

use super::{Item, answer, context, router, state};
use aws_sdk_dynamodb::{
    operation::{
        delete_item::DeleteItemOutput,
        get_item::GetItemOutput,
        put_item::PutItemOutput,
        query::QueryOutput,
        update_item::{UpdateItemError, UpdateItemInput, UpdateItemOutput},
    },
    types::{AttributeValue, error::ConditionalCheckFailedException},
};
use aws_sdk_sqs::operation::send_message::SendMessageOutput;
use aws_smithy_mocks::{Rule, mock};
use axum::{body::Body, http::Request};
use jiff::Timestamp;
use serde_json::{Value, json};
use tower::ServiceExt;

type DynamoDb = aws_sdk_dynamodb::Client;

const EVENT: &str = "evt_01990d2c-6a3e-7c51-9d0b-2f6c1a7be001";

fn read() -> String {
    format!("/webhook/deliveries/{EVENT}")
}

fn resend() -> String {
    format!("/webhook/deliveries/{EVENT}/resend")
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn item<const N: usize>(values: [(&str, AttributeValue); N]) -> Item {
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn webhook() -> Item {
    item([
        ("url", text("https://example.com/")),
        ("secret", text("whsec_AAAA")),
        ("email", text("a@example.com")),
        ("createdAt", text("2026-11-21T00:00:00Z")),
        ("updatedAt", text("2026-11-22T00:00:00Z")),
    ])
}

fn delivery(status: &str) -> Item {
    item([
        ("id", text(EVENT)),
        ("type", text("webhook.test")),
        ("deliveryStatus", text(status)),
        ("createdAt", text("2026-11-21T00:00:00Z")),
        ("attempts", AttributeValue::L(Vec::new())),
        ("expiresAt", AttributeValue::N((Timestamp::now().as_second() + 1000).to_string())),
    ])
}

fn found(item: Option<Item>) -> Rule {
    mock!(DynamoDb::get_item)
        .then_output(move || GetItemOutput::builder().set_item(item.clone()).build())
}

fn is_limit(request: &UpdateItemInput) -> bool {
    request.key().unwrap()["sk"].as_s().unwrap().starts_with("limit#")
}

/// The count of this hour's calls, which allows another one.
fn granted() -> Rule {
    mock!(DynamoDb::update_item)
        .match_requests(is_limit)
        .then_output(|| UpdateItemOutput::builder().build())
}

fn refused(is_it: fn(&UpdateItemInput) -> bool, item: Option<Item>) -> Rule {
    mock!(DynamoDb::update_item).match_requests(is_it).then_error(move || {
        let refused = ConditionalCheckFailedException::builder().set_item(item.clone());
        UpdateItemError::ConditionalCheckFailedException(refused.build())
    })
}

fn is_delivery(request: &UpdateItemInput) -> bool {
    request.key().unwrap()["sk"].as_s().unwrap().starts_with("delivery#")
}

fn sent() -> Rule {
    mock!(aws_sdk_sqs::Client::send_message)
        .match_requests(|request| {
            let body: Value = serde_json::from_str(request.message_body().unwrap()).unwrap();
            request.queue_url() == Some("deliveries")
                && body["type"] == "delivery"
                && body["owner"] == "user-1"
        })
        .then_output(|| SendMessageOutput::builder().build())
}

async fn call(rules: &[&Rule], method: &str, path: &str, body: &str) -> (u16, Value) {
    let (status, _, json) = answer(rules, method, path, Some("id"), body).await;
    (status.as_u16(), json)
}

/// Accepts a webhook and returns its new item.
fn set() -> Rule {
    mock!(DynamoDb::update_item)
        .match_requests(|request| request.key().unwrap()["sk"] == text("webhook"))
        .then_compute_output(|request| {
            let values = request.expression_attribute_values().unwrap();
            let is_rotation = values.contains_key(":until");
            let mut new = webhook();
            for name in ["url", "secret", "email"] {
                new.insert(name.to_owned(), values[&format!(":{name}")].clone());
            }
            for name in ["createdAt", "updatedAt"] {
                new.insert(name.to_owned(), values[":now"].clone());
            }
            if is_rotation {
                new.insert("previousSecret".to_owned(), text("whsec_AAAA"));
                new.insert("previousSecretUntil".to_owned(), values[":until"].clone());
            }
            UpdateItemOutput::builder().set_attributes(Some(new)).build()
        })
}

#[tokio::test]
async fn each_put_returns_a_new_secret() {
    let (set, granted) = (set(), granted());
    let mut secrets = Vec::new();
    for (body, rotates) in [
        (r#"{"url":"https://example.com"}"#, true),
        (r#"{"url":"https://example.com","expirePreviousSecret":true}"#, false),
    ] {
        let (status, json) = call(&[&granted, &set], "PUT", "/webhook", body).await;
        assert_eq!((status, &json["url"]), (201, &json!("https://example.com/")));
        assert_eq!(json.get("previousSecretUntil").is_some(), rotates, "{json}");
        secrets.push(json["secret"].as_str().unwrap().to_owned());
    }
    assert!(secrets[0] != secrets[1] && secrets[0].starts_with("whsec_"), "{secrets:?}");
    for url in ["http://example.com/", "https://10.0.0.1/", "nonsense"] {
        let body = json!({ "url": url }).to_string();
        let (status, json) = call(&[&granted, &set], "PUT", "/webhook", &body).await;
        assert_eq!((status, &json["errors"][0]["field"]), (400, &json!("url")), "{url}");
    }
    assert_eq!(granted.num_calls(), 2, "an invalid call is not counted");
}

#[tokio::test]
async fn the_secret_is_not_returned_again() {
    let (status, json) = call(&[&found(Some(webhook()))], "GET", "/webhook", "").await;
    assert_eq!(status, 200);
    let expected = json!({
        "url": "https://example.com/",
        "createdAt": "2026-11-21T00:00:00.000Z",
        "updatedAt": "2026-11-22T00:00:00.000Z",
    });
    assert_eq!(json, expected);
}

#[tokio::test]
async fn a_missing_webhook_or_delivery_is_not_found() {
    let none = found(None);
    let (read, resend) = (read(), resend());
    for (method, path) in [
        ("GET", "/webhook"),
        ("POST", "/webhook/test"),
        ("GET", read.as_str()),
        ("POST", resend.as_str()),
        ("GET", "/webhook/deliveries/nonsense"),
        ("GET", "/webhook/deliveries/%FF"),
    ] {
        let (status, json) = call(&[&none], method, path, "").await;
        assert_eq!((status, json["code"].as_str()), (404, Some("not_found")), "{path}");
    }
    let delete = mock!(DynamoDb::delete_item).then_output(|| DeleteItemOutput::builder().build());
    let (status, _) = call(&[&delete], "DELETE", "/webhook", "").await;
    assert_eq!((status, delete.num_calls()), (204, 1));
}

#[tokio::test]
async fn a_test_is_a_delivery() {
    let put = mock!(DynamoDb::put_item)
        .match_requests(|request| {
            let item = request.item().unwrap();
            item["pk"] == text("webhook#user-1") && item["type"] == text("webhook.test")
        })
        .then_output(|| PutItemOutput::builder().build());
    let (webhook, granted, sent) = (found(Some(webhook())), granted(), sent());
    let rules = [&webhook, &granted, &put, &sent];
    let (status, json) = call(&rules, "POST", "/webhook/test", "").await;
    assert_eq!((status, &json["status"]), (202, &json!("pending")));
    assert_eq!((&json["type"], &json["attempts"]), (&json!("webhook.test"), &json!([])));
    assert!(json["id"].as_str().unwrap().starts_with("evt_"), "{json}");
    assert_eq!((put.num_calls(), sent.num_calls()), (1, 1));
}

#[tokio::test]
async fn deliveries_are_listed_and_read() {
    let query = mock!(DynamoDb::query)
        .then_output(|| QueryOutput::builder().items(delivery("failed")).build());
    let (status, json) = call(&[&query], "GET", "/webhook/deliveries", "").await;
    assert_eq!((status, &json["deliveries"][0]["id"]), (200, &json!(EVENT)));
    let found = found(Some(delivery("delivered")));
    let (status, json) = call(&[&found], "GET", &read(), "").await;
    let expected = json!({
        "id": EVENT, "type": "webhook.test", "status": "delivered", "attempts": [],
        "createdAt": "2026-11-21T00:00:00.000Z",
    });
    assert_eq!((status, json), (200, expected));
}

#[tokio::test]
async fn an_event_is_sent_again_unless_it_is_pending() {
    let (webhook, granted, sent) = (found(Some(webhook())), granted(), sent());
    let resent = mock!(DynamoDb::update_item).match_requests(is_delivery).then_output(|| {
        UpdateItemOutput::builder().set_attributes(Some(delivery("pending"))).build()
    });
    let pending = refused(is_delivery, Some(delivery("pending")));
    let often = refused(is_delivery, Some(delivery("failed")));
    let unknown = refused(is_delivery, None);
    for (write, status, code) in [
        (resent, 202, None),
        (pending, 409, Some("not_resendable")),
        (often, 409, Some("not_resendable")),
        (unknown, 404, Some("not_found")),
    ] {
        let found = call(&[&webhook, &granted, &sent, &write], "POST", &resend(), "").await;
        assert_eq!((found.0, found.1["code"].as_str()), (status, code));
    }
    assert_eq!(sent.num_calls(), 1);
}

#[tokio::test]
async fn a_webhook_that_is_off_gets_no_events_on_request() {
    let mut off = webhook();
    off.insert("disabledAt".to_owned(), text("2026-11-23T00:00:00Z"));
    let off = found(Some(off));
    for path in ["/webhook/test", &resend()] {
        let (status, json) = call(&[&off], "POST", path, "").await;
        assert_eq!((status, json["code"].as_str()), (409, Some("webhook_off")), "{path}");
    }
}

#[tokio::test]
async fn too_many_calls_are_refused_with_the_time_to_wait() {
    let (webhook, limit) = (found(Some(webhook())), refused(is_limit, None));
    for (method, path, body) in [
        ("PUT", "/webhook", r#"{"url":"https://example.com"}"#),
        ("POST", "/webhook/test", ""),
        ("POST", resend().as_str(), ""),
    ] {
        let request = Request::builder().method(method).uri(path).extension(context("id"));
        let request = request.body(Body::from(body)).unwrap();
        let response = router(state(&[&webhook, &limit])).oneshot(request).await.unwrap();
        assert_eq!(response.status(), 429, "{path}");
        let pause: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=3600).contains(&pause), "{pause}");
    }
}
