//! `GET /metrics`: the counters, for Prometheus.

mod exposition;

use crate::{
    openapi::responses::MetricsProblems,
    problem::ApiError,
    request::{
        MetricsReader,
        parameters::{NoQuery, Parameters},
    },
    state::SharedState,
};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, header},
};
use exposition::{Exposition, ExpositionFormat, TOTAL, seconds};
use framezip_contract::{Counter, EXTRACTION_BOUNDS, ErrorCode};
use framezip_store::Totals;

/// `GET /metrics`: returns all counters as OpenMetrics text or in the older text format.
#[utoipa::path(
    get, path = "/metrics", tag = "service", operation_id = "metrics",
    security(("idToken" = [])), summary = "Counters for Prometheus",
    description = "For administrators, and for machines with an access token that has the scope \
        `metrics/read`.",
    responses(
        (
            status = 200, description = "OpenMetrics text, or the older Prometheus text format if \
                `Accept` names only `text/plain`.",
            content((String = "application/openmetrics-text"), (String = "text/plain")),
        ),
        MetricsProblems,
    ),
)]
pub(crate) async fn read(
    State(state): SharedState,
    _: MetricsReader,
    Parameters(NoQuery {}): Parameters<NoQuery>,
    headers: HeaderMap,
) -> Result<([(HeaderName, &'static str); 2], String), ApiError> {
    let totals = state.videos.totals().await?;
    let format = ExpositionFormat::accepted(headers.get(header::ACCEPT));
    let headers =
        [(header::CONTENT_TYPE, format.content_type()), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, exposition(&totals, format)))
}

/// Writes all counters. Every series exists from the start, at zero, because Prometheus counts no
/// increase when a series appears.
fn exposition(totals: &Totals, format: ExpositionFormat) -> String {
    let get = |counter| totals.get(counter);
    let failures = ErrorCode::ALL.map(|code| (code, get(Counter::VideosFailed(code))));
    let failed = failures.iter().map(|(_, count)| count).sum();
    let mut text = Exposition::new(format);
    text.counter("framezip_videos", None, "Videos that reached this status.");
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
    extraction_times(&mut text, totals);
    text.counter("framezip_emails", None, "Attempts to mail owners, by result.");
    text.sample(TOTAL, Some(("result", "sent")), get(Counter::EmailsSent));
    text.sample(TOTAL, Some(("result", "failed")), get(Counter::EmailsFailed));
    text.counter("framezip_webhooks", None, "Attempts to deliver events to webhooks, by result.");
    text.sample(TOTAL, Some(("result", "delivered")), get(Counter::WebhooksDelivered));
    text.sample(TOTAL, Some(("result", "failed")), get(Counter::WebhooksFailed));
    text.end()
}

fn extraction_times(text: &mut Exposition, totals: &Totals) {
    let help = "Time from the claim of a video by a worker to its zip.";
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

    #[test]
    fn every_series_starts_at_zero() {
        let text = exposition(&Totals::default(), ExpositionFormat::OpenMetrics);
        assert!(text.contains("framezip_videos_total{status=\"failed\"} 0\n"), "{text}");
        assert!(text.contains("framezip_failures_total{code=\"not_a_video\"} 0\n"), "{text}");
        assert!(text.contains("framezip_extraction_seconds_bucket{le=\"1.0\"} 0\n"), "{text}");
        assert!(text.contains("framezip_extraction_seconds_sum 0.000\n"), "{text}");
        assert!(text.ends_with("\n# EOF\n"), "{text}");
    }
}
