//! Tests of the routes without a server: the real router and real clients over mocked HTTP.

mod create;
mod delete;
mod errors;
mod head;
mod lists;
mod metrics;
mod openapi;
mod page;
mod retry;
mod upload;
mod webhook;

use crate::{
    router::router,
    state::AppState,
    storage::{Links, Objects, UploadBucket},
};
use aws_sdk_dynamodb::{
    operation::{get_item::GetItemOutput, update_item::UpdateItemOutput},
    types::AttributeValue,
};
use aws_sdk_s3::{
    config::RequestChecksumCalculation,
    operation::{put_object::PutObjectOutput, upload_part::UploadPartOutput},
};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use framezip_contract::{Limits, WebConfig};
use framezip_runtime::{SdkConfig, intake::Intake, webhook::Reach};
use framezip_store::Videos;
use jiff::SignedDuration;
use lambda_http::request::RequestContext;
use serde_json::{Value, json};
use std::collections::HashMap;
use tower::ServiceExt;

type Item = HashMap<String, AttributeValue>;

/// The id of the video in these tests.
const ID: &str = "01990d2c-6a3e-7c51-9d0b-2f6c1a7be001";

fn sdk() -> SdkConfig {
    let credentials = aws_sdk_s3::config::Credentials::for_tests();
    framezip_runtime::sdk_defaults("eu-central-1".to_owned())
        .into_builder()
        .credentials_provider(aws_sdk_s3::config::SharedCredentialsProvider::new(credentials))
        .build()
}

fn state(rules: &[&Rule]) -> AppState {
    // each client matches only the rules of its own operations; writes to counters and presigning always succeed
    let (counted, [put, part]) = (counted(), presigned());
    let rules = &[rules, &[&counted, &put, &part]].concat()[..];
    let dynamodb = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, rules);
    let s3 = mock_client!(aws_sdk_s3, RuleMode::MatchAny, rules, |config| {
        config.request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
    });
    let sqs = mock_client!(aws_sdk_sqs, RuleMode::MatchAny, rules);
    let videos = Videos::new(dynamodb, "Videos");
    let (jobs, outcomes) = ("jobs".to_owned(), "outcomes".to_owned());
    AppState {
        intake: Intake::new(videos.clone(), sqs.clone(), jobs.clone(), outcomes),
        videos,
        uploads: UploadBucket::new(s3.clone(), "uploads".to_owned()),
        links: Links::new(aws_sdk_s3::Client::new(&sdk()), "results".to_owned()),
        objects: Objects::new(s3, "uploads".to_owned(), "results".to_owned()),
        sqs,
        jobs_queue_url: jobs,
        deliveries_queue_url: "deliveries".to_owned(),
        webhook_reach: Reach::Public,
        limits: Limits::default(),
        max_unfinished_videos: 100,
        retention: SignedDuration::from_hours(30 * 24),
        config: WebConfig {
            region: "eu-central-1".to_owned(),
            user_pool_id: "pool".to_owned(),
            user_pool_client_id: "client".to_owned(),
            cognito_endpoint: "https://cognito".to_owned(),
        },
    }
}

/// The context that API Gateway sends for a signed-in user with an `id` or `access` token, or for an
/// `admin`.
fn context(token: &str) -> RequestContext {
    let mut claims = json!({ "sub": "user-1", "email": "a@example.com", "token_use": token });
    if token == "admin" {
        claims["token_use"] = json!("id");
        claims["cognito:groups"] = json!("[others admin]");
    }
    let context = json!({
        "authorizer": { "jwt": { "claims": claims } },
        "http": { "method": "GET" },
        "requestId": "JKJaXmPLvHcESHA=",
    });
    RequestContext::ApiGatewayV2(serde_json::from_value(context).unwrap())
}

/// The rules that presigning needs. Their outputs are not used.
fn presigned() -> [Rule; 2] {
    use aws_sdk_s3::Client;
    [
        mock!(Client::put_object).then_output(|| PutObjectOutput::builder().build()),
        mock!(Client::upload_part).then_output(|| UploadPartOutput::builder().build()),
    ]
}

/// Accepts every write to the counters.
fn counted() -> Rule {
    mock!(aws_sdk_dynamodb::Client::update_item)
        .match_requests(|request| request.update_expression().unwrap().starts_with("ADD "))
        .then_output(|| UpdateItemOutput::builder().build())
}

async fn answer(
    rules: &[&Rule],
    method: &str,
    path: &str,
    token: Option<&str>,
    body: &str,
) -> (StatusCode, String, Value) {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.extension(context(token));
    }
    answer_to(rules, request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn answer_to(rules: &[&Rule], request: Request<Body>) -> (StatusCode, String, Value) {
    let response = router(state(rules)).oneshot(request).await.unwrap();
    let status = response.status();
    let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let json = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    (status, kind.unwrap_or_default(), json)
}

#[tokio::test]
async fn another_users_video_is_not_found() {
    let get =
        mock!(aws_sdk_dynamodb::Client::get_item).then_output(|| GetItemOutput::builder().build());
    let path = format!("/videos/{ID}");
    let (status, kind, json) = answer(&[&get], "GET", &path, Some("id"), "").await;
    assert_eq!((status, json["code"].as_str()), (StatusCode::NOT_FOUND, Some("not_found")));
    assert_eq!(kind, "application/problem+json");
}

#[tokio::test]
async fn the_public_routes_need_no_token() {
    let (status, _, json) = answer(&[], "GET", "/health", None, "").await;
    assert_eq!((status, json["status"].as_str()), (StatusCode::OK, Some("ok")));
    let (_, _, json) = answer(&[], "GET", "/config.json", None, "").await;
    assert_eq!(json["userPoolId"], "pool");
}

/// A record as it is stored in the table.
fn record(status: &str) -> Item {
    let status = serde_json::from_value(json!(status)).unwrap();
    let owner = framezip_contract::UserId::try_from("user-1".to_owned()).unwrap();
    let video = framezip_contract::Video { owner, ..framezip_contract::samples::video(status) };
    framezip_store::samples::item(&framezip_store::samples::record(video)).unwrap()
}
