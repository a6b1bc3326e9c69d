//! Runs the tests of the page in a browser: `web/tests`, with Playwright, against a stack of its own.
//!
//! ```text
//! cargo test --package framezip-tests --test page -- viewer    # the tests in viewer.spec.ts
//! ```
//!
//! Arguments are those of `playwright test`. The page has another origin than the buckets, as on AWS. After a failure,
//! `target/page-tests` has traces and screenshots, and the stack's log is in `target/e2e-logs`.

use anyhow::{Context, Result, ensure};
use framezip_tests::{Stack, framezip, with_tools};
use serde::Deserialize;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// Debian's browser, which `web/playwright.config.ts` starts.
const CHROMIUM: &str = "/usr/bin/chromium";

/// What Playwright writes about a run.
#[derive(Deserialize)]
struct Results {
    stats: Stats,
}

/// The numbers of tests by their results.
#[derive(Deserialize)]
struct Stats {
    expected: u32,
    unexpected: u32,
    skipped: u32,
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("the page was not tested: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Returns whether all tests passed.
fn run() -> Result<bool> {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web");
    let playwright = web.join("node_modules/.bin/playwright");
    ensure!(playwright.exists(), "there is no Playwright: run `make page` first");
    ensure!(Path::new(CHROMIUM).exists(), "there is no {CHROMIUM}: `make test` installs it");
    let output = output()?;
    let results = output.join("results.json");
    if results.exists() {
        fs::remove_file(&results)?;
    }

    let stack = Stack::start(&[])?;
    let endpoint = stack.api_url().split("/_aws/").next().context("the API's URL has a path")?;
    let status = with_tools(&mut Command::new(playwright))?
        .arg("test")
        .args(env::args_os().skip(1))
        .current_dir(web)
        .env("FRAMEZIP_PAGE", stack.page_url())
        .env("FRAMEZIP_STACK", endpoint)
        .env("FRAMEZIP_OUTPUT", &output)
        .status()
        .context("Playwright did not start")?;
    if !status.success() {
        let log = stack.keep_log("page")?;
        eprintln!("traces and screenshots: {}", output.display());
        eprintln!("the stack's log: {}", log.display());
    }
    report(&results)?;
    Ok(status.success())
}

/// Returns the folder of traces, screenshots and results.
fn output() -> Result<PathBuf> {
    let framezip = framezip()?;
    let target = framezip.ancestors().nth(2).context("the client is in the target folder")?;
    let output = target.join("page-tests");
    fs::create_dir_all(&output)?;
    Ok(output)
}

/// Prints the results in the form of `cargo test`, so that `make test` counts them.
fn report(results: &Path) -> Result<()> {
    if !results.exists() {
        return Ok(());
    }
    let Results { stats } = serde_json::from_slice(&fs::read(results)?)?;
    let Stats { expected, unexpected, skipped } = stats;
    let result = if unexpected == 0 { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {result}. {expected} passed; {unexpected} failed; {skipped} ignored\n"
    );
    Ok(())
}
