//! `GET /metrics`: what was counted so far, for Prometheus.

use crate::{
    app::State,
    exposition::{Format, TOTAL, Text, seconds},
    openapi::problems::OfMetrics,
    parameters::{Nothing, Parameters},
    problem::ApiError,
    user::{User, claims},
};
use axum::{
    extract::{self, FromRequestParts},
    http::{HeaderMap, HeaderName, header, request::Parts},
};
use framezip_contract::{Counter, EXTRACTION_BOUNDS, ErrorCode};
use framezip_store::Totals;
use std::{collections::HashMap, sync::Arc};

/// The scope of machines that may read the metrics.
const SCOPE: &str = "metrics/read";

/// One who may read the metrics: an administrator by their ID token, or a machine by an access token with
/// the scope for it.
pub(crate) struct Scraper;

impl Scraper {
    fn from_claims(claims: &HashMap<String, String>) -> Option<Self> {
        let claim = |name: &str| claims.get(name).map_or("", String::as_str);
        let mut scopes = claim("scope").split_ascii_whitespace();
        let is_machine = claim("token_use") == "access" && scopes.any(|scope| scope == SCOPE);
        let is_admin = User::from_claims(claims).is_some_and(|user| user.is_admin);
        (is_machine || is_admin).then_some(Self)
    }
}

impl<S: Sync> FromRequestParts<S> for Scraper {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let claims = claims(parts).ok_or(ApiError::Unauthorized)?;
        Self::from_claims(claims).ok_or(ApiError::Forbidden)
    }
}

/// `GET /metrics`, in the text format of OpenMetrics, or in the one before.
#[utoipa::path(
    get, path = "/metrics", tag = "service", operation_id = "metrics",
    security(("idToken" = [])), summary = "Counters for Prometheus",
    description = "For administrators, and for machines with an access token of the scope \
        `metrics/read`.",
    responses(
        (
            status = 200, description = "OpenMetrics text; where `Accept` names only `text/plain`, \
                in the format that Prometheus had before.",
            content((String = "application/openmetrics-text"), (String = "text/plain")),
        ),
        OfMetrics,
    ),
)]
pub(crate) async fn read(
    extract::State(state): extract::State<Arc<State>>,
    _: Scraper,
    Parameters(Nothing {}): Parameters<Nothing>,
    headers: HeaderMap,
) -> Result<([(HeaderName, &'static str); 2], String), ApiError> {
    let totals = state.videos.totals().await?;
    let format = Format::accepted(headers.get(header::ACCEPT));
    let headers =
        [(header::CONTENT_TYPE, format.content_type()), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, written(&totals, format)))
}

/// Every series is there from the start, at zero: an increase from nothing is none to Prometheus.
fn written(totals: &Totals, format: Format) -> String {
    let get = |counter| totals.get(counter);
    let failures = ErrorCode::ALL.map(|code| (code, get(Counter::VideosFailed(code))));
    let failed = failures.iter().map(|(_, count)| count).sum();
    let mut text = Text::new(format);
    text.counter("framezip_videos", None, "Videos that came to this status.");
    for (status, count) in [
        ("created", get(Counter::VideosCreated)),
        ("queued", get(Counter::VideosQueued)),
        ("ready", get(Counter::VideosReady)),
        ("failed", failed),
    ] {
        text.sample(TOTAL, Some(("status", status)), count);
    }
    text.counter("framezip_failures", None, "Videos that failed, by error code.");
    for (code, count) in failures {
        text.sample(TOTAL, Some(("code", code.as_str())), count);
    }
    text.counter("framezip_frames", None, "Frames in the zips.");
    text.sample(TOTAL, None, get(Counter::Frames));
    text.counter("framezip_source_bytes", Some("bytes"), "Length of the videos that became zips.");
    text.sample(TOTAL, None, get(Counter::SourceBytes));
    text.counter("framezip_source_seconds", Some("seconds"), "Duration of those videos.");
    text.sample(TOTAL, None, seconds(get(Counter::SourceMillis)));
    text.counter("framezip_zip_bytes", Some("bytes"), "Length of the zips.");
    text.sample(TOTAL, None, get(Counter::ZipBytes));
    extraction(&mut text, totals);
    text.counter("framezip_emails", None, "Mails to owners, by what came of each attempt.");
    text.sample(TOTAL, Some(("result", "sent")), get(Counter::EmailsSent));
    text.sample(TOTAL, Some(("result", "failed")), get(Counter::EmailsFailed));
    text.counter("framezip_webhooks", None, "Events to webhooks, by what came of each attempt.");
    text.sample(TOTAL, Some(("result", "delivered")), get(Counter::WebhooksDelivered));
    text.sample(TOTAL, Some(("result", "failed")), get(Counter::WebhooksFailed));
    text.end()
}

fn extraction(text: &mut Text, totals: &Totals) {
    let help = "From when a worker took a video to its zip.";
    text.histogram("framezip_extraction_seconds", "seconds", help);
    let mut count = 0;
    for bound in EXTRACTION_BOUNDS {
        count += totals.get(Counter::Extractions(bound));
        let bound = bound.map_or_else(|| "+Inf".to_owned(), |bound| format!("{bound}.0"));
        text.sample("_bucket", Some(("le", &bound)), count);
    }
    text.sample("_count", None, count);
    text.sample("_sum", None, seconds(totals.get(Counter::ExtractionMillis)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_read(claims: &[(&str, &str)]) -> bool {
        let own = [("sub", "user-1"), ("email", "a@example.com")];
        let claims = own.iter().chain(claims);
        let claims = claims.map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Scraper::from_claims(&claims).is_some()
    }

    #[test]
    fn administrators_and_machines_of_the_scope_may_read() {
        for claims in [
            [("token_use", "id"), ("cognito:groups", "[admin]")],
            [("token_use", "access"), ("scope", "metrics/read")],
            [("token_use", "access"), ("scope", "other/read metrics/read")],
        ] {
            assert!(may_read(&claims), "{claims:?}");
        }
        for claims in [
            [("token_use", "id"), ("cognito:groups", "[administrators]")],
            [("token_use", "id"), ("scope", "metrics/read")],
            [("token_use", "access"), ("cognito:groups", "[admin]")],
            [("token_use", "access"), ("scope", "metrics/reader xmetrics/read")],
            [("token_use", ""), ("scope", "metrics/read")],
        ] {
            assert!(!may_read(&claims), "{claims:?}");
        }
        assert!(!may_read(&[]));
    }

    #[test]
    fn before_the_first_video_all_is_zero() {
        let text = written(&Totals::default(), Format::OpenMetrics);
        assert!(text.contains("framezip_videos_total{status=\"failed\"} 0\n"), "{text}");
        assert!(text.contains("framezip_failures_total{code=\"not_a_video\"} 0\n"), "{text}");
        assert!(text.contains("framezip_extraction_seconds_bucket{le=\"1.0\"} 0\n"), "{text}");
        assert!(text.contains("framezip_extraction_seconds_sum 0.000\n"), "{text}");
        assert!(text.ends_with("\n# EOF\n"), "{text}");
    }
}
