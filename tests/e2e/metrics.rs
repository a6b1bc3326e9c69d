//! `GET /metrics`, read as Prometheus reads it.

use anyhow::{Context, Result, ensure};
use framezip_contract::Status;
use framezip_media::path;
use framezip_tests::{Person, Stack, get, python, until};
use serde::Deserialize;
use std::{collections::BTreeMap, time::Duration};

/// One number, as Prometheus's parser returns it.
#[derive(Debug, Deserialize)]
struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

/// The label of a sample, if it has one.
type Label<'a> = Option<(&'a str, &'a str)>;

/// The longest time until an effect is counted after users see it.
const COUNTED_WITHIN: Duration = Duration::from_secs(10);

/// Gets a token of the metrics' app client as Prometheus does.
pub async fn token(stack: &Stack) -> Result<String> {
    let secret = stack.metrics_secret()?;
    let request = reqwest::Client::new()
        .post(stack.token_url())
        .basic_auth(stack.metrics_client_id(), Some(secret))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials&scope=metrics%2Fread");
    let answer: serde_json::Value = request.send().await?.error_for_status()?.json().await?;
    Ok(answer["access_token"].as_str().context("a machine gets a token")?.to_owned())
}

async fn scrape(stack: &Stack, token: &str) -> Result<Vec<Sample>> {
    let url = format!("{}/metrics", stack.api_url());
    let answer = reqwest::Client::new().get(url).bearer_auth(token).send().await?;
    let kind = answer.headers()["content-type"].to_str()?.to_owned();
    let (status, text) = (answer.status(), answer.text().await?);
    ensure!(status == 200, "{status} {text}");
    ensure!(kind == "application/openmetrics-text; version=1.0.0; charset=utf-8", "{kind}");
    Ok(serde_json::from_str(&python("openmetrics.py", &[], &text)?)?)
}

fn value(samples: &[Sample], name: &str, label: Label<'_>) -> Result<f64> {
    let labelled = |sample: &&Sample| match label {
        Some((name, value)) => sample.labels.get(name).is_some_and(|found| found == value),
        None => sample.labels.is_empty(),
    };
    let found = samples.iter().filter(|sample| sample.name == name).find(labelled);
    Ok(found.with_context(|| format!("there is {name} {label:?}"))?.value)
}

/// Checks that each of these has grown by at least its number.
fn grew(before: &[Sample], after: &[Sample], grown: &[(&str, Label<'_>, f64)]) -> Result<()> {
    for (name, label, least) in grown {
        let more = value(after, name, *label)? - value(before, name, *label)?;
        ensure!(more >= *least, "{name} {label:?} grew by {more}, not {least}");
    }
    Ok(())
}

pub async fn the_metrics_count_what_has_happened(stack: &Stack) -> Result<()> {
    let token = token(stack).await?;
    let before = scrape(stack, &token).await?;
    let person = Person::sign_up(stack).await?;
    let id = person.send(&path("h264-30fps.mp4"), r#"{"every":1,"width":160}"#).await?;
    let bad = person.send(&path("text.mp4"), "{}").await?;
    let view = person.wait(id).await?;
    ensure!(view.video.status == Status::Ready, "{view:?}");
    let zip_bytes = view.video.result.context("a ready video has a result")?.bytes;
    person.wait(bad).await?;
    let source_bytes = view.video.bytes as f64;
    // other tests count too
    let grown = [
        ("framezip_videos_total", Some(("status", "created")), 2.0),
        ("framezip_videos_total", Some(("status", "ready")), 1.0),
        ("framezip_videos_total", Some(("status", "failed")), 1.0),
        ("framezip_failures_total", Some(("code", "not_a_video")), 1.0),
        ("framezip_frames_total", None, 6.0),
        ("framezip_source_bytes_total", None, source_bytes),
        ("framezip_source_seconds_total", None, 5.9),
        ("framezip_zip_bytes_total", None, zip_bytes as f64),
        ("framezip_extraction_seconds_count", None, 1.0),
        ("framezip_extraction_seconds_bucket", Some(("le", "+Inf")), 1.0),
        ("framezip_extraction_seconds_sum", None, 0.001),
        ("framezip_emails_total", Some(("result", "sent")), 2.0),
    ];
    let mut missing = Ok(());
    let counted = until("everything was counted", COUNTED_WITHIN, async || {
        let after = scrape(stack, &token).await?;
        missing = grew(&before, &after, &grown);
        Ok(missing.is_ok().then_some(after))
    });
    let counted = counted.await;
    missing?;
    let after = counted?;
    for sample in &before {
        let label = sample.labels.iter().next();
        let label = label.map(|(name, value)| (name.as_str(), value.as_str()));
        let now = value(&after, &sample.name, label)?;
        ensure!(now >= sample.value, "{sample:?} shrank to {now}");
    }
    Ok(())
}

pub async fn only_administrators_and_machines_read_metrics(stack: &Stack) -> Result<()> {
    let person = Person::sign_up(stack).await?;
    let id_token = person.api.id_token().await?;
    let (status, problem) = get(stack, "/metrics", Some(&id_token)).await?;
    ensure!(status == 403 && problem["code"] == "forbidden", "{status} {problem}");
    let (status, _) = get(stack, "/metrics", None).await?;
    ensure!(status == 401, "without a token: {status}");
    let admin = Person::admin(stack).await?.api.id_token().await?;
    scrape(stack, &admin).await?;
    let machine = token(stack).await?;
    for path in ["/videos", "/webhook"] {
        let (status, body) = get(stack, path, Some(&machine)).await?;
        ensure!(status == 401, "a machine reads metrics only: {path} {status} {body}");
    }
    Ok(())
}
