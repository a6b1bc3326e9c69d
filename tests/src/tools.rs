//! Programs in Python that stand in for others: an operator, Prometheus, the receiver of a webhook.

use crate::Stack;
use crate::stack::{REGION, root, text, tools};
use anyhow::{Context, Result, ensure};
use std::{
    io::Write,
    process::{Command, Stdio},
};

impl Stack {
    /// Returns the secret of the metrics' app client.
    ///
    /// # Errors
    /// If Cognito refuses.
    pub fn metrics_secret(&self) -> Result<String> {
        let outputs = self.directory.path().join("outputs.json");
        python("metrics_secret.py", &[&self.endpoint, text(&outputs)], "")
    }
}

/// Lets the reference library of Standard Webhooks for Node verify a request. Returns the event's type.
///
/// # Errors
/// If the signature is not valid.
pub fn verified_by_node(secret: &str, request: &str) -> Result<String> {
    let mut child = Command::new(tools()?.join("node"))
        .arg(root().join("web/scripts/verify-webhook.mjs"))
        .arg(secret)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("node did not start")?;
    child.stdin.take().context("it has a standard input")?.write_all(request.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "the signature is not valid: {}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

/// Runs a program of `tests/tools` with this standard input. Returns its output without the last newline.
///
/// # Errors
/// If it fails.
pub fn python(program: &str, arguments: &[&str], input: &str) -> Result<String> {
    let mut child = Command::new(tools()?.join("python"))
        .arg(root().join("tests/tools").join(program))
        .args(arguments)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_DEFAULT_REGION", REGION)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("tests/tools/{program} did not start"))?;
    // the handle is dropped at once, which ends the input
    child.stdin.take().context("it has a standard input")?.write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "tests/tools/{program} failed: {}", output.status);
    Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
}
