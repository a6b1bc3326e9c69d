//! Counters in CloudWatch and in the table that `GET /metrics` reads.
//!
//! CloudWatch reads them from the log in its embedded metric format: a JSON line becomes a metric, without a
//! call that could fail or take time.

use framezip_contract::{Counter, Counts};
use framezip_store::Videos;
use serde_json::{Value, json};
use std::{
    fmt::Display,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The longest wait for a count to be written.
const PATIENCE: Duration = Duration::from_secs(1);

/// Adds one to the counter `name` of this function.
pub fn count(name: &'static str) {
    print(&[Metric { name, unit: "Count", value: 1, code: None }]);
}

/// Counts an event in CloudWatch and in the table. A count that fails is logged and dropped: the event itself must not
/// be repeated for it.
pub async fn record(videos: &Videos, counts: &Counts) {
    write(counts, videos.count(counts)).await;
}

async fn write<E: Display>(counts: &Counts, to_table: impl Future<Output = Result<(), E>>) {
    let metrics: Vec<_> = counts.iter().filter_map(Metric::of).collect();
    if !metrics.is_empty() {
        print(&metrics);
    }
    match tokio::time::timeout(PATIENCE, to_table).await {
        Ok(Ok(())) => (),
        Ok(Err(error)) => tracing::warn!(%error, "the table refused a count"),
        Err(_) => tracing::warn!("the table did not answer a count in time"),
    }
}

/// One value of a CloudWatch metric.
struct Metric {
    name: &'static str,
    unit: &'static str,
    value: u64,
    /// The reason why a video failed, as a dimension.
    code: Option<&'static str>,
}

impl Metric {
    fn of((counter, value): (Counter, u64)) -> Option<Self> {
        let (name, unit) = match counter {
            Counter::VideosCreated => ("VideosCreated", "Count"),
            Counter::VideosQueued => ("VideosQueued", "Count"),
            Counter::VideosReady => ("VideosReady", "Count"),
            Counter::VideosFailed(_) => ("VideosFailed", "Count"),
            Counter::Frames => ("Frames", "Count"),
            Counter::SourceBytes => ("SourceBytes", "Bytes"),
            Counter::SourceMillis => ("SourceTime", "Milliseconds"),
            Counter::ZipBytes => ("ZipBytes", "Bytes"),
            // CloudWatch computes the distribution of times itself
            Counter::Extractions(_) => return None,
            Counter::ExtractionMillis => ("ExtractionTime", "Milliseconds"),
            Counter::EmailsSent => ("EmailsSent", "Count"),
            Counter::EmailsFailed => ("EmailsFailed", "Count"),
            Counter::WebhooksDelivered => ("WebhooksDelivered", "Count"),
            Counter::WebhooksFailed => ("WebhooksFailed", "Count"),
        };
        let code = match counter {
            Counter::VideosFailed(code) => Some(code.as_str()),
            _ => None,
        };
        Some(Self { name, unit, value, code })
    }
}

fn print(metrics: &[Metric]) {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let function = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
    println!("{}", line(metrics, &function, since_1970.as_millis()));
}

/// Returns a log line with metrics by function. Failures are counted per function and per code.
fn line(metrics: &[Metric], function: &str, millis: u128) -> Value {
    let code = metrics.iter().find_map(|metric| metric.code);
    let dimensions = match code {
        None => json!([["FunctionName"]]),
        Some(_) => json!([["FunctionName"], ["FunctionName", "Code"]]),
    };
    let names =
        metrics.iter().map(|Metric { name, unit, .. }| json!({ "Name": name, "Unit": unit }));
    let mut line = json!({
        "_aws": {
            "Timestamp": millis as u64,
            "CloudWatchMetrics": [{
                "Namespace": "framezip",
                "Dimensions": dimensions,
                "Metrics": names.collect::<Vec<_>>(),
            }],
        },
        "FunctionName": function,
    });
    for metric in metrics {
        line[metric.name] = metric.value.into();
    }
    if let Some(code) = code {
        line["Code"] = code.into();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_has_the_embedded_metric_format() {
        let metric = Metric { name: "UnparsableMessages", unit: "Count", value: 1, code: None };
        let line = line(&[metric], "extract", 5);
        assert_eq!(
            line,
            json!({
                "_aws": {
                    "Timestamp": 5,
                    "CloudWatchMetrics": [{
                        "Namespace": "framezip",
                        "Dimensions": [["FunctionName"]],
                        "Metrics": [{ "Name": "UnparsableMessages", "Unit": "Count" }],
                    }],
                },
                "FunctionName": "extract",
                "UnparsableMessages": 1,
            })
        );
    }

    #[test]
    fn failures_have_their_code_as_a_dimension() {
        let code = framezip_contract::ErrorCode::TooLong;
        let metric = Metric::of((Counter::VideosFailed(code), 1)).unwrap();
        let line = line(&[metric], "notify", 5);
        let metrics = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(metrics["Dimensions"], json!([["FunctionName"], ["FunctionName", "Code"]]));
        assert_eq!((&line["Code"], &line["VideosFailed"]), (&json!("too_long"), &json!(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_count_that_fails_or_hangs_stops_no_function() {
        write(&Counts::queued(), async { Err("no") }).await;
        write(&Counts::queued(), std::future::pending::<Result<(), &str>>()).await;
    }
}
