//! The API as its own description tells it.

use crate::Stacks;
use anyhow::{Context, Result, ensure};
use framezip_contract::rules;
use framezip_tests::{Person, tool};
use std::{collections::BTreeSet, env, fs, path::Path, process::Command};

/// How many requests are made up for each operation and phase, where nothing else is asked for.
const EXAMPLES: &str = "20";

/// Schemathesis makes up requests from the description, good and bad ones, and sees whether the answers
/// are those that it promises. On a stack where a user may have many videos, so that not all of them are
/// refused for their number.
pub async fn the_api_is_as_it_is_described(stacks: &Stacks) -> Result<()> {
    let stack = stacks.hasty.lock().await;
    let person = Person::sign_up(&stack).await?;
    let token = person.api.id_token().await?;
    let examples = env::var("SCHEMA_EXAMPLES").unwrap_or_else(|_| EXAMPLES.to_owned());
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    // it leaves files where it runs, and tries first what failed before
    let directory = tempfile::tempdir()?;
    let details = directory.path().join("details.txt");
    let ran = Command::new(tool("schemathesis")?)
        .current_dir(&directory)
        .arg("--config-file")
        .arg(settings.join("schemathesis.toml"))
        .args(["run", "--no-color", &format!("{}/openapi.json", stack.api_url())])
        .args(["--url", stack.api_url(), "--header", &format!("Authorization: Bearer {token}")])
        .args(["--checks", "all", "--max-examples", &examples, "--seed", "1", "--workers", "1"])
        // API Gateway answers 404 to a method that has no route: see routes.rs
        .args(["--exclude-checks", "unsupported_method"])
        .env("SCHEMATHESIS_HOOKS", settings.join("hooks.py"))
        .env("FRAMEZIP_DETAILS", &details)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .context("schemathesis did not start")?;
    let told = String::from_utf8_lossy(&ran.stdout);
    let wrong = String::from_utf8_lossy(&ran.stderr);
    ensure!(ran.status.success(), "schemathesis: {}\n{told}\n{wrong}", ran.status);
    let details = fs::read_to_string(&details)?;
    let details: BTreeSet<_> = details.lines().collect();
    // the check of their words has seen the errors of every kind of field
    for rule in [
        rules::BYTES,
        rules::EVERY,
        rules::TIME,
        rules::OBJECT,
        rules::URL,
        "is given more than once",
        "must be a whole number from 1 to 100",
        "must be 1 to 255 visible ASCII characters",
    ] {
        ensure!(details.contains(rule), "no request provoked {rule:?}: {details:#?}");
    }
    Ok(())
}
