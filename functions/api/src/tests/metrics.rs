//! `/metrics`.

use super::{context, state};
use crate::router::router;
use aws_sdk_dynamodb::{operation::get_item::GetItemOutput, types::AttributeValue};
use aws_smithy_mocks::mock;
use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use lambda_http::request::RequestContext;
use tower::ServiceExt;

/// The context of a token of the metrics' own app client.
fn machine() -> RequestContext {
    let mut context = context("access");
    if let RequestContext::ApiGatewayV2(context) = &mut context
        && let Some(jwt) = context.authorizer.as_mut().and_then(|found| found.jwt.as_mut())
    {
        jwt.claims.remove("email");
        jwt.claims.insert("scope".to_owned(), "metrics/read".to_owned());
    }
    context
}

#[tokio::test]
async fn a_machine_reads_the_sums_as_text() {
    let number = |number: u64| AttributeValue::N(number.to_string());
    let get = mock!(aws_sdk_dynamodb::Client::get_item).then_output(move || {
        GetItemOutput::builder()
            .item("videos_ready", number(1))
            .item("videos_failed_too_long", number(2))
            .item("videos_failed_internal", number(1))
            .item("source_ms", number(1250))
            .item("extractions_within_2_s", number(1))
            .item("extractions_longer", number(1))
            .item("extraction_ms", number(4_000_001))
            .build()
    });
    let request = Request::get("/metrics").extension(machine()).body(Body::empty()).unwrap();
    let response = router(state(&[&get])).oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(response.headers()["content-type"], kind);
    let text = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let text = String::from_utf8(text.into()).unwrap();
    for line in [
        "framezip_videos_total{status=\"ready\"} 8",
        "framezip_videos_total{status=\"failed\"} 24",
        "framezip_failures_total{code=\"too_long\"} 16",
        "framezip_source_seconds_total 10.000",
        "framezip_extraction_seconds_bucket{le=\"1.0\"} 0",
        "framezip_extraction_seconds_bucket{le=\"2.0\"} 8",
        "framezip_extraction_seconds_bucket{le=\"3600.0\"} 8",
        "framezip_extraction_seconds_bucket{le=\"+Inf\"} 16",
        "framezip_extraction_seconds_count 16",
        "framezip_extraction_seconds_sum 32000.008",
    ] {
        assert!(text.contains(&format!("{line}\n")), "{line} is not in {text}");
    }
}
