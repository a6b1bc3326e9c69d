//! HEAD: the answer to GET without its body.

use super::{ID, Item, context, record, router, state};
use aws_sdk_dynamodb::operation::get_item::{GetItemError, GetItemOutput};
use aws_smithy_mocks::{Rule, mock};
use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use tower::ServiceExt;

async fn answer(rule: &Rule, verb: &str, path: &str) -> (StatusCode, HeaderMap, usize) {
    let request = Request::builder().method(verb).uri(path).extension(context("id"));
    let router = router(state(&[rule]));
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    (parts.status, parts.headers, to_bytes(body, usize::MAX).await.unwrap().len())
}

#[tokio::test]
async fn head_answers_like_get_without_a_body() {
    let found = |item: Option<Item>| {
        mock!(aws_sdk_dynamodb::Client::get_item)
            .then_output(move || GetItemOutput::builder().set_item(item.clone()).build())
    };
    let broken = mock!(aws_sdk_dynamodb::Client::get_item)
        .then_error(|| GetItemError::unhandled("no table"));
    let video = format!("/videos/{ID}");
    for (rule, path, status) in [
        (&found(Some(record("queued"))), video.as_str(), 200),
        (&found(None), &video, 404),
        (&broken, &video, 500),
        (&broken, "/videos?limit=0", 400),
        (&broken, "/nowhere", 404),
        (&broken, "/webhook/test", 405),
        (&broken, "/", 200),
        (&broken, "/favicon.svg", 200),
        (&broken, "/assets/none.js", 404),
        (&broken, "/health", 200),
        (&broken, "/docs", 200),
        (&broken, "/openapi.json", 200),
        (&broken, "/config.json", 200),
    ] {
        let (got, headers, length) = answer(rule, "GET", path).await;
        let (head, mut head_headers, none) = answer(rule, "HEAD", path).await;
        assert_eq!((got.as_u16(), head.as_u16()), (status, status), "{path}");
        assert_eq!(none, 0, "{path}");
        let stated = head_headers.remove("content-length");
        let stated = stated.map(|stated| stated.to_str().unwrap().parse().unwrap());
        assert!(stated.is_none_or(|stated: usize| stated == length), "{path}: {stated:?}");
        let mut headers = headers;
        headers.remove("content-length");
        assert_eq!(head_headers, headers, "{path}");
    }
}
