//! The API against its own description.

use crate::Stacks;
use anyhow::{Context, Result, ensure};
use framezip_contract::rules;
use framezip_tests::{Person, tool};
use std::{collections::BTreeSet, env, fs, path::Path, process::Command};

/// The default number of generated requests for each operation and phase.
const EXAMPLES: &str = "20";

/// Schemathesis generates valid and invalid requests from the description and checks the answers against it.
/// The stack lets a user have many videos, so that creations are not all refused for their number.
pub async fn the_api_matches_its_description(stacks: &Stacks) -> Result<()> {
    let stack = stacks.hasty.lock().await;
    let person = Person::sign_up(&stack).await?;
    let token = person.api.id_token().await?;
    let examples = env::var("SCHEMA_EXAMPLES").unwrap_or_else(|_| EXAMPLES.to_owned());
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    // it stores files where it runs, and repeats earlier failures first
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
    let printed = String::from_utf8_lossy(&ran.stdout);
    let errors = String::from_utf8_lossy(&ran.stderr);
    ensure!(ran.status.success(), "schemathesis: {}\n{printed}\n{errors}", ran.status);
    let details = fs::read_to_string(&details)?;
    let details: BTreeSet<_> = details.lines().collect();
    // the check of the words has seen errors of every kind of field
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
