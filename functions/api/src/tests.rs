//! The routes without a server: a real router, real clients over mocked HTTP.

mod create;
mod upload;

use crate::{
    app::{State, app},
    links::Links,
    uploads::{self, Uploads},
};
use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use framezip_contract::{Limits, WebConfig};
use framezip_runtime::SdkConfig;
use framezip_store::Videos;
use lambda_http::request::RequestContext;
use serde_json::{Value, json};
use tower::ServiceExt;

fn sdk() -> SdkConfig {
    let credentials = aws_sdk_s3::config::Credentials::for_tests();
    SdkConfig::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
        .region(aws_sdk_s3::config::Region::new("eu-central-1"))
        .credentials_provider(aws_sdk_s3::config::SharedCredentialsProvider::new(credentials))
        .build()
}

fn state(rules: &[&Rule]) -> State {
    let dynamodb = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, rules);
    let s3 = mock_client!(aws_sdk_s3, RuleMode::MatchAny, rules, uploads::configured);
    State {
        videos: Videos::new(dynamodb, "Videos"),
        uploads: Uploads::new(s3, "uploads".to_owned()),
        links: Links::new(&sdk(), "results".to_owned()),
        limits: Limits::default(),
        max_unfinished_videos: 100,
        config: WebConfig {
            region: "eu-central-1".to_owned(),
            user_pool_id: "pool".to_owned(),
            user_pool_client_id: "client".to_owned(),
            cognito_endpoint: "https://cognito".to_owned(),
        },
    }
}

/// The context as API Gateway sends it for a user who is signed in.
fn context(token_use: &str) -> RequestContext {
    let context = json!({
        "authorizer": { "jwt": { "claims": {
            "sub": "user-1", "email": "a@example.com", "token_use": token_use,
        } } },
        "http": { "method": "GET" },
    });
    RequestContext::ApiGatewayV2(serde_json::from_value(context).unwrap())
}

async fn answer(
    rules: &[&Rule],
    method: &str,
    path: &str,
    token_use: Option<&str>,
    body: &str,
) -> (StatusCode, String, Value) {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token_use) = token_use {
        request = request.extension(context(token_use));
    }
    answer_to(rules, request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn answer_to(rules: &[&Rule], request: Request<Body>) -> (StatusCode, String, Value) {
    let response = app(state(rules)).oneshot(request).await.unwrap();
    let status = response.status();
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, kind, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn another_users_video_is_not_found() {
    let get =
        mock!(aws_sdk_dynamodb::Client::get_item).then_output(|| GetItemOutput::builder().build());
    let path = "/videos/01990d2c-6a3e-7c51-9d0b-2f6c1a7be001";
    let (status, kind, json) = answer(&[&get], "GET", path, Some("id"), "").await;
    assert_eq!((status, json["code"].as_str()), (StatusCode::NOT_FOUND, Some("not_found")));
    assert_eq!(kind, "application/problem+json");
}

#[tokio::test]
async fn errors_are_problems_with_codes() {
    for (method, path, token, body, status, code) in [
        ("GET", "/nowhere", Some("id"), "", 404, "not_found"),
        ("GET", "/videos/1", Some("id"), "", 404, "not_found"),
        ("GET", "/videos/1/upload", Some("id"), "", 404, "not_found"),
        ("POST", "/videos/1/upload/complete", Some("id"), "", 404, "not_found"),
        ("DELETE", "/videos", Some("id"), "", 405, "method_not_allowed"),
        ("GET", "/videos", None, "", 401, "unauthorized"),
        ("GET", "/videos", Some("access"), "", 401, "unauthorized"),
        ("POST", "/videos", Some("id"), "{", 400, "invalid_request"),
        ("GET", "/videos/1/upload?after=x", Some("id"), "", 400, "invalid_request"),
        ("GET", "/videos?limit=0", Some("id"), "", 400, "invalid_request"),
        ("GET", "/videos?limit=x", Some("id"), "", 400, "invalid_request"),
        ("GET", "/videos?cursor=x", Some("id"), "", 400, "invalid_request"),
        ("GET", "/videos?status=x", Some("id"), "", 400, "invalid_request"),
    ] {
        let (got, kind, json) = answer(&[], method, path, token, body).await;
        assert_eq!((got.as_u16(), json["code"].as_str()), (status, Some(code)), "{path} {json}");
        assert_eq!(kind, "application/problem+json");
        assert_eq!(json["status"], status);
    }
}

#[tokio::test]
async fn failures_of_ours_tell_nothing() {
    let get = mock!(aws_sdk_dynamodb::Client::get_item).then_error(|| {
        aws_sdk_dynamodb::operation::get_item::GetItemError::unhandled("a secret detail")
    });
    let path = "/videos/01990d2c-6a3e-7c51-9d0b-2f6c1a7be001";
    let (status, _, json) = answer(&[&get], "GET", path, Some("id"), "").await;
    assert_eq!((status.as_u16(), json["code"].as_str()), (500, Some("internal")));
    assert!(!json.to_string().contains("secret"));
}

#[tokio::test]
async fn the_public_routes_need_no_token() {
    let (status, _, json) = answer(&[], "GET", "/health", None, "").await;
    assert_eq!((status, json["status"].as_str()), (StatusCode::OK, Some("ok")));
    let (_, _, json) = answer(&[], "GET", "/config.json", None, "").await;
    assert_eq!(json["userPoolId"], "pool");
}
