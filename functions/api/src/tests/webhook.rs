//! `/webhook`.

use super::{answer, context, counted, router, state};
use crate::state::AppState;
use aws_sdk_dynamodb::{
    operation::{
        delete_item::DeleteItemOutput, get_item::GetItemOutput, update_item::UpdateItemOutput,
    },
    types::AttributeValue,
};
use aws_smithy_mocks::{Rule, mock};
use axum::{body::Body, http::Request};
use framezip_runtime::webhook::{Reach, WebhookSender, new_secret};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tower::ServiceExt;

/// A user's webhook in the table.
fn stored(url: String) -> Rule {
    let secret = new_secret().unwrap().as_str().to_owned();
    mock!(aws_sdk_dynamodb::Client::get_item).then_output(move || {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        GetItemOutput::builder()
            .item("url", text(&url))
            .item("secret", text(&secret))
            .item("createdAt", text("2026-11-21T00:00:00Z"))
            .item("updatedAt", text("2026-11-22T00:00:00Z"))
            .build()
    })
}

async fn test(rules: &[&Rule], reach: Reach) -> (u16, Value) {
    let state = AppState { webhooks: WebhookSender::new(reach), ..state(rules) };
    let request = Request::post("/webhook/test").extension(context("id"));
    let response = router(state).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn each_put_returns_a_new_secret() {
    let set = mock!(aws_sdk_dynamodb::Client::update_item)
        .then_output(|| UpdateItemOutput::builder().build());
    let mut secrets = Vec::new();
    for _ in 0..2 {
        let body = r#"{"url":"https://example.com"}"#;
        let (status, _, json) = answer(&[&set], "PUT", "/webhook", Some("id"), body).await;
        assert_eq!((status.as_u16(), &json["url"]), (201, &json!("https://example.com/")));
        secrets.push(json["secret"].as_str().unwrap().to_owned());
    }
    assert!(secrets[0] != secrets[1] && secrets[0].starts_with("whsec_"), "{secrets:?}");
}

#[tokio::test]
async fn the_secret_is_not_returned_again() {
    let stored = stored("https://example.com/".to_owned());
    let (status, _, json) = answer(&[&stored], "GET", "/webhook", Some("id"), "").await;
    assert_eq!(status, 200);
    let expected = json!({
        "url": "https://example.com/",
        "createdAt": "2026-11-21T00:00:00.000Z",
        "updatedAt": "2026-11-22T00:00:00.000Z",
    });
    assert_eq!(json, expected);
}

#[tokio::test]
async fn a_missing_webhook_is_not_found() {
    let none =
        mock!(aws_sdk_dynamodb::Client::get_item).then_output(|| GetItemOutput::builder().build());
    for (method, path) in [("GET", "/webhook"), ("POST", "/webhook/test")] {
        let (status, _, json) = answer(&[&none], method, path, Some("id"), "").await;
        assert_eq!((status.as_u16(), json["code"].as_str()), (404, Some("not_found")), "{path}");
    }
    let delete = mock!(aws_sdk_dynamodb::Client::delete_item)
        .then_output(|| DeleteItemOutput::builder().build());
    let request = Request::delete("/webhook").extension(context("id")).body(Body::empty());
    let response = router(state(&[&delete])).oneshot(request.unwrap()).await.unwrap();
    assert_eq!((response.status().as_u16(), delete.num_calls()), (204, 1));
}

#[tokio::test]
async fn a_test_returns_the_receivers_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stored = stored(format!("http://{}/hook", listener.local_addr().unwrap()));
    let receiver = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"}") {
            socket.read_buf(&mut request).await.unwrap();
        }
        socket.write_all(b"HTTP/1.1 410 \r\ncontent-length: 0\r\n\r\n").await.unwrap();
        String::from_utf8(request).unwrap()
    });
    let counted = counted();
    let (status, json) = test(&[&stored, &counted], Reach::Anywhere).await;
    assert_eq!((status, &json["status"]), (200, &json!(410)));
    assert!(json["durationMs"].is_u64() && json.as_object().unwrap().len() == 2, "{json}");
    assert_eq!(counted.num_calls(), 1);
    let request = receiver.await.unwrap();
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    let event: Value = serde_json::from_str(body).unwrap();
    assert_eq!((&event["type"], &event["data"]), (&json!("webhook.test"), &json!({})));
    assert_eq!(event["timestamp"].as_str().unwrap().len(), "2026-11-21T00:00:00.000Z".len());
}

#[tokio::test]
async fn a_failed_test_states_the_reason() {
    let counted = counted();
    for (url, reach, why) in [
        ("https://nowhere.invalid/", Reach::Public, "The host's name cannot be resolved."),
        ("https://10.0.0.1/", Reach::Public, "must have a host on the public internet"),
        ("http://127.0.0.1:1/", Reach::Anywhere, "The connection failed or was closed"),
    ] {
        let (status, json) = test(&[&stored(url.to_owned()), &counted], reach).await;
        assert_eq!((status, json["code"].as_str()), (424, Some("webhook_unreachable")), "{json}");
        assert!(json["detail"].as_str().unwrap().contains(why), "{json}");
    }
}
