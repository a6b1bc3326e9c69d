//! The walk with curl in docs/api.md, run exactly as it is written there.

use anyhow::{Context, Result, ensure};
use framezip_media::path;
use framezip_tests::{Stack, ZipFile, tool};
use std::{env, fmt::Write, fs, process::Command};
use uuid::Uuid;

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Returns the lines of all ```` ```sh ```` blocks of a document, in order.
fn commands(document: &str) -> String {
    let mut is_inside = false;
    let mut commands = String::new();
    for line in document.lines() {
        match line {
            "```sh" => is_inside = true,
            "```" => is_inside = false,
            _ if is_inside => commands.extend([line, "\n"]),
            _ => (),
        }
    }
    commands
}

/// Sets the variables whose values are the reader's own, each of them `times` times.
fn filled_in(commands: &str, own: &[(&str, usize, &str)]) -> Result<String> {
    let mut script = commands.to_owned();
    for (name, times, value) in own {
        let start = format!("export {name}=");
        let lines = script.lines().filter(|line| line.starts_with(&start)).count();
        ensure!(lines == *times, "{lines} lines assign {name}");
        let line = |line: &str| match line.starts_with(&start) {
            true => format!("{start}{value}\n"),
            false => format!("{line}\n"),
        };
        script = script.lines().map(line).collect();
    }
    Ok(script)
}

pub async fn its_commands_do_what_they_say(stack: &Stack) -> Result<()> {
    let email = format!("{}@example.com", Uuid::new_v4().simple());
    let document = fs::read_to_string(format!("{REPOSITORY}/docs/api.md"))?;
    let own = [("API", 1, stack.api_url()), ("EMAIL", 1, &email), ("CODE", 2, "$(newest_code)")];
    let mut script = String::from("set -euo pipefail\n");
    writeln!(
        script,
        "newest_code() {{ curl --silent --fail '{}' | '{}' '{REPOSITORY}/local/confirmation_code.py' '{email}'; }}",
        stack.mails_url(),
        tool("python")?.display(),
    )?;
    script += &filled_in(&commands(&document), &own)?;
    let folder = tempfile::tempdir()?;
    fs::copy(path("sample.mp4"), folder.path().join("clip.mp4"))?;
    let ran = Command::new("bash")
        .args(["-c", &script])
        .current_dir(&folder)
        // only what the commands set themselves
        .env_clear()
        .env("PATH", env::var_os("PATH").context("there is a PATH")?)
        .output()
        .context("bash did not start")?;
    let (printed, wrong) =
        (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    ensure!(ran.status.success(), "{}\n{printed}\n{wrong}", ran.status);
    let zip = ZipFile::open(&folder.path().join("clip.zip"))?;
    ensure!(!zip.frames.is_empty(), "the zip has no frames");
    let pool = stack.server()?.user_pool().await?;
    pool.sign_in(&email, "Another-horse-9-battery").await.context("the new password")?;
    Ok(())
}
