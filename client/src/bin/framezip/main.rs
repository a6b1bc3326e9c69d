//! `framezip`, the command-line client: sends videos and downloads the zips of their frames.

mod app;
mod args;
mod begun;
mod commands;
mod config;
mod console;
mod credentials;
mod exit;
mod human;
mod options;
mod output;
mod password;
mod progress;
#[cfg(test)]
mod samples;
// the library's own, which names its types by the crate that it stands in
#[cfg(test)]
#[expect(dead_code, reason = "the library's tests use all of it")]
#[path = "../../test_server.rs"]
mod test_server;

use crate::{
    app::App,
    args::{Cli, Global},
    console::{Console, Stdout},
    exit::{ErrorDocument, Exit},
};
#[cfg(test)]
use framezip_client::{ApiClient, Server, Tokens, UserPool};
use std::{env, ffi::OsString, future, io::IsTerminal, process, time::Duration};
use tokio::time::timeout;

/// How long the end after a signal may take, such as the removal of incomplete files.
const LAST_WORDS: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() {
    tokio::spawn(end_at_signal());
    let exit = match Cli::read(env::args_os()) {
        Ok(cli) => run(cli).await,
        Err(error) => refuse(&error, env::args_os().skip(1)),
    };
    // not by returning: a thread that still waits for a password or a pipe would hold the process
    process::exit(exit.code());
}

/// Waits until a signal asks the command to end, and returns how it ends then.
#[cfg(unix)]
async fn signal() -> Exit {
    use tokio::signal::unix::{Signal, SignalKind, signal};
    async fn received(signal: Option<Signal>) {
        match signal {
            Some(mut signal) => drop(signal.recv().await),
            None => future::pending().await,
        }
    }
    let listen = |kind| signal(kind).ok();
    // without a terminal, as under nohup, the end of the terminal is not meant
    let is_in_terminal = std::io::stderr().is_terminal();
    let hangup = if is_in_terminal { listen(SignalKind::hangup()) } else { None };
    tokio::select! {
        () = received(listen(SignalKind::interrupt())) => Exit::Interrupted,
        () = received(listen(SignalKind::terminate())) => Exit::Terminated,
        () = received(hangup) => Exit::Terminated,
    }
}

#[cfg(not(unix))]
async fn signal() -> Exit {
    match tokio::signal::ctrl_c().await {
        Ok(()) => Exit::Interrupted,
        Err(_) => future::pending().await,
    }
}

/// Ends the process after a signal if [`run`] does not: it cannot while it writes to a pipe that is full or to
/// a terminal that is stopped. A second signal ends it at once.
async fn end_at_signal() {
    let exit = signal().await;
    let _ = timeout(LAST_WORDS, signal()).await;
    process::exit(exit.code());
}

/// Runs a command until it is done, or until a signal ends it.
async fn run(Cli { global: Global { api, json, quiet }, command }: Cli) -> Exit {
    let stdout = if command.saves_to_stdout() { Stdout::Zip } else { Stdout::Results };
    let console = Console::new(json, quiet).with_stdout(stdout);
    let work = async {
        let app = App::new(api, &console)?;
        commands::run(command, &app).await
    };
    let result = tokio::select! {
        result = work => result,
        exit = signal() => {
            console.interrupted();
            return exit;
        }
    };
    result.unwrap_or_else(|error| {
        if exit::is_interruption(&error) {
            console.interrupted();
            return Exit::Interrupted;
        }
        console.failure(&format!("{error:#}"), &ErrorDocument::of(&error));
        Exit::of(&error)
    })
}

/// Says what is wrong with a command line, or prints the help or the version that it asks for.
fn refuse(error: &clap::Error, arguments: impl Iterator<Item = OsString>) -> Exit {
    // a pipe that is closed has had enough of it
    let _ = error.print();
    if !error.use_stderr() {
        return Exit::Done;
    }
    if arguments.take_while(|argument| argument != "--").any(|argument| argument == "--json") {
        let text = error.render().to_string();
        let text = text.split("\n\nUsage:").next().unwrap_or_default();
        let text = text.trim_start_matches("error: ").trim_end();
        Console::new(true, true).document_alone(&ErrorDocument::new("usage", text));
    }
    Exit::Usage
}
