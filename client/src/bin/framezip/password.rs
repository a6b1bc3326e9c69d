//! Where a password comes from: never from the command line, which others can see.

use crate::{config, exit::UsageError};
use anyhow::Context;
use std::io;

/// Where to read a password first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordSource {
    /// A line of standard input, and nowhere else.
    Stdin,
    /// `FRAMEZIP_PASSWORD`, and without it the terminal.
    EnvironmentOrTerminal,
}

/// Whether a password is known already or chosen now. A new one is asked for twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordKind {
    Existing,
    New,
}

/// Reads a password. What waits for it can be dropped at any time; then the terminal shows again what is
/// typed.
pub async fn read(source: PasswordSource, kind: PasswordKind) -> anyhow::Result<String> {
    let _echo = Echo::keep();
    let password = tokio::task::spawn_blocking(move || read_blocking(source, kind)).await??;
    if password.is_empty() {
        return Err(UsageError("the password is empty".to_owned()).into());
    }
    Ok(password)
}

fn read_blocking(source: PasswordSource, kind: PasswordKind) -> anyhow::Result<String> {
    if source == PasswordSource::Stdin {
        let mut line = String::new();
        io::stdin().read_line(&mut line).context("cannot read standard input")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    config::variable("FRAMEZIP_PASSWORD")?.map_or_else(|| ask(kind), Ok)
}

fn ask(kind: PasswordKind) -> anyhow::Result<String> {
    let prompt = |text| {
        rpassword::prompt_password(text).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => anyhow::Error::from(error),
            _ => UsageError(format!(
                "there is no terminal to ask for the password ({error}): set FRAMEZIP_PASSWORD or \
                 give --password-stdin"
            ))
            .into(),
        })
    };
    let password = prompt("Password: ")?;
    if kind == PasswordKind::New && prompt("Once more: ")? != password {
        return Err(UsageError("the two passwords differ".to_owned()).into());
    }
    Ok(password)
}

/// The terminal's settings, which come back when this is dropped.
#[cfg(unix)]
struct Echo(Option<(std::fs::File, rustix::termios::Termios)>);

#[cfg(unix)]
impl Echo {
    fn keep() -> Self {
        let keep = || {
            let terminal = std::fs::File::open("/dev/tty").ok()?;
            let settings = rustix::termios::tcgetattr(&terminal).ok()?;
            Some((terminal, settings))
        };
        Self(keep())
    }
}

#[cfg(unix)]
impl Drop for Echo {
    fn drop(&mut self) {
        if let Some((terminal, settings)) = &self.0 {
            // without it the shell does the same, if it is a good one
            let _ = rustix::termios::tcsetattr(
                terminal,
                rustix::termios::OptionalActions::Now,
                settings,
            );
        }
    }
}

#[cfg(not(unix))]
struct Echo;

#[cfg(not(unix))]
impl Echo {
    fn keep() -> Self {
        Self
    }
}
