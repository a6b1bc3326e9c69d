//! Reading a password. It never comes from the command line, which other users can see.

use crate::{config, exit::UsageError};
use anyhow::Context;
use std::io;

/// The source of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordSource {
    /// One line of standard input.
    Stdin,
    /// The variable `FRAMEZIP_PASSWORD`, or the terminal if it is not set.
    EnvironmentOrTerminal,
}

/// Whether a password exists already or is chosen now. The terminal asks for a new one twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordKind {
    Existing,
    New,
}

/// Reads a password. The future can be dropped at any time; the terminal's echo is then restored.
pub async fn read(source: PasswordSource, kind: PasswordKind) -> anyhow::Result<String> {
    let _echo = EchoGuard::new();
    let password = tokio::task::spawn_blocking(move || read_blocking(source, kind)).await??;
    if password.is_empty() {
        return Err(UsageError("the password is empty".to_owned()).into());
    }
    Ok(password)
}

/// Reads a webhook's secret from standard input, from `FRAMEZIP_WEBHOOK_SECRET`, or from the terminal.
pub async fn read_secret(source: PasswordSource) -> anyhow::Result<String> {
    let _echo = EchoGuard::new();
    tokio::task::spawn_blocking(move || {
        if source == PasswordSource::Stdin {
            return read_blocking(source, PasswordKind::Existing);
        }
        let asked = || ask("Secret: ", "the secret", "FRAMEZIP_WEBHOOK_SECRET", "--secret-stdin");
        config::variable("FRAMEZIP_WEBHOOK_SECRET")?.map_or_else(asked, Ok)
    })
    .await?
}

fn read_blocking(source: PasswordSource, kind: PasswordKind) -> anyhow::Result<String> {
    if source == PasswordSource::Stdin {
        let mut line = String::new();
        io::stdin().read_line(&mut line).context("cannot read standard input")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    config::variable("FRAMEZIP_PASSWORD")?.map_or_else(|| prompt(kind), Ok)
}

fn prompt(kind: PasswordKind) -> anyhow::Result<String> {
    let ask = |text| ask(text, "the password", "FRAMEZIP_PASSWORD", "--password-stdin");
    let password = ask("Password: ")?;
    if kind == PasswordKind::New && ask("Repeat the password: ")? != password {
        return Err(UsageError("the two passwords differ".to_owned()).into());
    }
    Ok(password)
}

/// Asks the terminal. Without one, the error names the variable and the option to use instead.
fn ask(prompt: &str, wanted: &str, variable: &str, option: &str) -> anyhow::Result<String> {
    rpassword::prompt_password(prompt).map_err(|error| match error.kind() {
        io::ErrorKind::Interrupted => error.into(),
        _ => UsageError(format!(
            "there is no terminal to ask for {wanted} ({error}): set {variable} or use {option}"
        ))
        .into(),
    })
}

/// Restores the terminal's settings when it is dropped.
struct EchoGuard {
    #[cfg(unix)]
    terminal: Option<(std::fs::File, rustix::termios::Termios)>,
}

impl EchoGuard {
    fn new() -> Self {
        Self {
            #[cfg(unix)]
            terminal: terminal_settings(),
        }
    }
}

#[cfg(unix)]
fn terminal_settings() -> Option<(std::fs::File, rustix::termios::Termios)> {
    let terminal = std::fs::File::open("/dev/tty").ok()?;
    let settings = rustix::termios::tcgetattr(&terminal).ok()?;
    Some((terminal, settings))
}

#[cfg(unix)]
impl Drop for EchoGuard {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        if let Some((terminal, settings)) = &self.terminal {
            // if this fails, most shells restore the settings themselves
            let _ = tcsetattr(terminal, OptionalActions::Now, settings);
        }
    }
}
