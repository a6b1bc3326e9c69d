//! Prometheus itself, as Debian packages it, with the configuration in docs/METRICS.md.

use crate::metrics::token;
use anyhow::{Context, Result, ensure};
use framezip_tests::{Stack, prometheus, until};
use reqwest::Response;
use serde_json::Value;
use std::{
    fs,
    io::Write,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

const METRICS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/METRICS.md");
/// The longest time until Prometheus has scraped.
const SCRAPED_WITHIN: Duration = Duration::from_secs(30);

/// A server that ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub async fn promtool_finds_no_fault_in_the_metrics(stack: &Stack) -> Result<()> {
    let request = reqwest::Client::new()
        .get(format!("{}/metrics", stack.api_url()))
        .bearer_auth(token(stack).await?)
        .header("accept", "text/plain;version=0.0.4");
    let text = request.send().await?.error_for_status()?.text().await?;
    let mut check = Command::new(prometheus("promtool")?)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // the handle is dropped at once, which ends the input
    check.stdin.take().context("it has a standard input")?.write_all(text.as_bytes())?;
    let output = check.wait_with_output()?;
    let faults = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success() && faults.is_empty(), "{faults}\n{text}");
    Ok(())
}

/// Returns the documented configuration with this stack's values.
fn configuration(stack: &Stack, secret: &Path) -> Result<String> {
    let text = fs::read_to_string(METRICS)?;
    let (_, rest) = text.split_once("```yaml\n").context("there is a configuration")?;
    let (yaml, _) = rest.split_once("```").context("it ends")?;
    let (_, address) = stack.api_url().split_once("http://").context("the stack has no TLS")?;
    let (host, path) = address.split_once('/').context("the stage has a path")?;
    let secret = secret.to_str().context("a temporary file's name is plain")?;
    let mut here = yaml.to_owned();
    for (there, replacement) in [
        ("scheme: https", format!("scheme: http\n    metrics_path: /{path}/metrics")),
        ("<ApiId>.execute-api.<region>.amazonaws.com", format!("\"{host}\"")),
        ("<MetricsClientId>", stack.metrics_client_id().to_owned()),
        ("<MetricsTokenUrl>", stack.token_url()),
        ("/etc/prometheus/framezip.secret", secret.to_owned()),
        ("scrape_interval: 1m", "scrape_interval: 1s".to_owned()),
    ] {
        ensure!(here.contains(there), "{there} is not in the documentation");
        here = here.replace(there, &replacement);
    }
    Ok(here)
}

pub async fn prometheus_scrapes_with_the_documented_configuration(stack: &Stack) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (file, secret) = (folder.path().join("prometheus.yml"), folder.path().join("secret"));
    fs::write(&secret, stack.metrics_secret()?)?;
    fs::write(&file, configuration(stack, &secret)?)?;
    let checked =
        Command::new(prometheus("promtool")?).args(["check", "config"]).arg(&file).output()?;
    ensure!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));

    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let _server = Server(
        Command::new(prometheus("prometheus")?)
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .arg("--log.level=error")
            .spawn()?,
    );
    let url = format!("http://{address}/api/v1/query?query=framezip_videos_total");
    until("Prometheus had the four series", SCRAPED_WITHIN, async || {
        // at first it does not listen, and then it answers 503
        let answer = reqwest::get(&url).await.and_then(Response::error_for_status);
        let Ok(answer) = answer else { return Ok(None) };
        let seen: Value = answer.json().await?;
        let series = seen["data"]["result"].as_array().map_or(0, Vec::len);
        Ok((series == 4).then_some(()))
    })
    .await
}
