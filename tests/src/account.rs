//! A separate AWS account on this machine, with no deployment yet.

use crate::{
    python,
    stack::{REGION, free_port, root, script, text, with_tools},
};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::symlink,
    path::PathBuf,
    process::{Command, Output},
};
use tempfile::TempDir;

/// The parameters that every deployment to it needs.
const PARAMETERS: [&str; 2] = ["SenderEmail=framezip@example.com", "LocalStack=yes"];

/// A running account. It is stopped when it is dropped.
pub struct Account {
    directory: TempDir,
    endpoint: String,
}

/// An account's resources that hold data, and the settings of others.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Contents {
    /// The status of each stack.
    pub stacks: BTreeMap<String, String>,
    /// The names of the buckets.
    pub buckets: Vec<String>,
    /// Whether each table is protected from deletion.
    pub tables: BTreeMap<String, bool>,
    /// Whether each user pool is protected from deletion.
    pub user_pools: BTreeMap<String, bool>,
    /// The addresses from which SES sends.
    pub senders: Vec<String>,
    /// The most functions that consume each queue at once.
    pub concurrency: BTreeMap<String, u32>,
    /// The number of receives after which each queue gives a message up.
    pub receives: BTreeMap<String, u32>,
    /// The functions with an alarm on their throttles.
    pub throttle_alarms: Vec<String>,
}

impl Account {
    /// Starts an account on a free port.
    ///
    /// # Errors
    /// If the local stack does not start.
    pub fn start() -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let port = free_port()?;
        let account = Self { directory, endpoint: format!("http://127.0.0.1:{port}") };
        script("serve.sh", &[text(account.directory.path()), &port.to_string()])?;
        Ok(account)
    }

    /// Deploys the output of `sam build` as `make deploy-ci` does, with these parameters of the template and
    /// these lines of YAML added to its resources.
    ///
    /// # Errors
    /// If the deployment cannot be started.
    pub fn deploy(&self, stack: &str, parameters: &[&str], resources: &str) -> Result<Output> {
        let template = self.template(resources)?;
        let mut command = Command::new(root().join("local/deploy.sh"));
        with_tools(&mut command)?
            .args([stack, "--no-confirm-changeset", "--template-file", text(&template)])
            .arg("--parameter-overrides")
            .args(PARAMETERS)
            .args(parameters)
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_DEFAULT_REGION", REGION)
            .env("SAM_CLI_TELEMETRY", "0")
            .output()
            .context("local/deploy.sh did not start")
    }

    /// Writes a copy of the built template with more resources, next to links to all that it refers to.
    fn template(&self, resources: &str) -> Result<PathBuf> {
        let built = fs::canonicalize(root().join(".aws-sam/build"))?;
        let folder = tempfile::tempdir_in(&self.directory)?.keep();
        for entry in fs::read_dir(&built)? {
            let name = entry?.file_name();
            if name != "template.yaml" {
                symlink(built.join(&name), folder.join(&name))?;
            }
        }
        let template = fs::read_to_string(built.join("template.yaml"))?;
        let with = format!("\nResources:\n{resources}");
        let path = folder.join("template.yaml");
        fs::write(&path, template.replacen("\nResources:\n", &with, 1))?;
        Ok(path)
    }

    /// Lists the account's resources, without those that SAM creates for itself.
    ///
    /// # Errors
    /// If the account does not answer.
    pub fn contents(&self) -> Result<Contents> {
        Ok(serde_json::from_str(&python("contents.py", &[&self.endpoint], "")?)?)
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        if let Err(error) = script("stop.sh", &[text(self.directory.path())]) {
            eprintln!("the local account may still be running: {error:#}");
        }
    }
}
